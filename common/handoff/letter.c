#include <stdint.h>
#include <unicase.h>
#include <unictype.h>
#include <uninorm.h>

#include "common/base/utf8.h"
#include "common/handoff/words.h"

/* Cyrillic of Ukrainian and Kazakh as Russian keyboards write it: people mix both. */
static uint32_t fold_cyrillic(uint32_t c)
{
	if (c >= 0x0410 && c <= 0x042F)
		c += 32;
	else if (c >= 0x0400 && c <= 0x040F)
		c += 80;
	else if (c >= 0x0460)
		c |= 1;
	switch (c) {
	case 0x0451: /* ё */
	case 0x0454: /* є */
		return 0x0435;
	case 0x0439: /* й */
	case 0x0456: /* і */
	case 0x0457: /* ї */
		return 0x0438;
	case 0x0491: /* ґ */
	case 0x0493: /* ғ */
		return 0x0433;
	case 0x049B: /* қ */
		return 0x043A;
	case 0x04A3: /* ң */
		return 0x043D;
	case 0x04AF: /* ү */
	case 0x04B1: /* ұ */
		return 0x0443;
	case 0x04BB: /* һ */
		return 0x0445;
	case 0x04D9: /* ә */
		return 0x0430;
	case 0x04E9: /* ө */
		return 0x043E;
	default:
		return c;
	}
}

static uint32_t fold_arabic(uint32_t c)
{
	if ((c >= 0x064B && c <= 0x065F) || c == 0x0640 || c == 0x0670)
		return 0;
	switch (c) {
	case 0x0622: /* alef with madda, hamza above, hamza below; wasla */
	case 0x0623:
	case 0x0625:
	case 0x0671:
		return 0x0627;
	case 0x0649: /* alef maksura, Persian yeh, yeh with hamza */
	case 0x06CC:
	case 0x0626:
		return 0x064A;
	case 0x0629: /* teh marbuta */
		return 0x0647;
	case 0x06A9: /* Persian kaf */
		return 0x0643;
	case 0x0624: /* waw with hamza */
		return 0x0648;
	default:
		return c >= 0x0621 && c <= 0x06D3 ? c : ' ';
	}
}

/* Letters that Unicode does not decompose. */
static uint32_t fold_odd(uint32_t c)
{
	switch (c) {
	case 0x00DF:
		return 's';
	case 0x00E6:
		return 'a';
	case 0x00F8:
	case 0x0153:
		return 'o';
	case 0x0111:
		return 'd';
	case 0x0131:
		return 'i';
	case 0x0142:
		return 'l';
	default:
		return c;
	}
}

/* Everything rare goes the long way: compatibility forms, marks, case. */
static uint32_t fold_other(uint32_t c)
{
	ucs4_t parts[UC_DECOMPOSITION_MAX_LENGTH];
	int tag;

	if (uc_decomposition(c, &tag, parts) > 0 && parts[0] != c)
		return letter_fold(parts[0]);
	c = fold_odd(uc_tolower(c));
	if (c < 0x80)
		return c;
	if (uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Mn | UC_CATEGORY_MASK_Cf))
		return 0;
	return c <= 0xFFFF && uc_is_property_alphabetic(c) ? c : ' ';
}

static int is_han(uint32_t c)
{
	return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF);
}

uint32_t letter_fold(uint32_t c)
{
	if (c < 0x80) {
		if (c >= 'A' && c <= 'Z')
			return c + 32;
		return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') ? c : ' ';
	}
	if (c >= 0x0400 && c <= 0x052F)
		return fold_cyrillic(c);
	if (is_han(c))
		return c;
	if (c >= 0x0600 && c <= 0x06FF)
		return c >= 0x0660 && c <= 0x0669 ? c - 0x0660 + '0' : fold_arabic(c);
	if ((c >= 0x2010 && c <= 0x2BFF) || (c >= 0x3000 && c <= 0x303F))
		return c >= 0x2070 && c <= 0x218F ? fold_other(c) : ' ';
	return fold_other(c);
}

enum script letter_script(uint32_t c)
{
	if (c < 0x0250)
		return SCRIPT_LATIN;
	if (c >= 0x0400 && c <= 0x052F)
		return SCRIPT_CYRILLIC;
	if (c >= 0x0600 && c <= 0x06FF)
		return SCRIPT_ARABIC;
	return is_han(c) ? SCRIPT_HAN : SCRIPT_OTHER;
}

size_t letters_fold(uint16_t *out, size_t max, const char *text, size_t len)
{
	size_t n = 0, at = 0;

	while (at < len && n < max) {
		uint32_t c = letter_fold(utf8_next(text, len, &at));

		if (c && c != ' ') /* an apostrophe joins: зв'язати */
			out[n++] = (uint16_t)c;
	}
	return n;
}
