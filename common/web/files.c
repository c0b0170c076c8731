#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

#include "common/base/buf.h"
#include "common/base/log.h"
#include "common/crypto/crypto.h"
#include "common/web/internal.h"

enum { FILE_MAX = 16 << 20, DEPTH_MAX = 8, GZIP_MIN = 512 };

struct file {
	char *path; /* below the folder */
	const char *type;
	char etag[36];
	char *data, *gzip;
	size_t len, gzip_len;
};

struct web_files {
	struct file *items;
	int n;
};

static const struct {
	const char *ending, *type;
	int squeezable;
} types[] = {
	{ ".html", "text/html; charset=utf-8", 1 },
	{ ".js", "text/javascript; charset=utf-8", 1 },
	{ ".mjs", "text/javascript; charset=utf-8", 1 },
	{ ".css", "text/css; charset=utf-8", 1 },
	{ ".json", "application/json", 1 },
	{ ".map", "application/json", 1 },
	{ ".svg", "image/svg+xml", 1 },
	{ ".txt", "text/plain; charset=utf-8", 1 },
	{ ".webmanifest", "application/manifest+json", 1 },
	{ ".png", "image/png", 0 },
	{ ".jpg", "image/jpeg", 0 },
	{ ".webp", "image/webp", 0 },
	{ ".ico", "image/x-icon", 0 },
	{ ".woff2", "font/woff2", 0 },
};

/* --- loading -------------------------------------------------------------- */

static int type_of(const char *path)
{
	const char *dot = strrchr(path, '.');

	for (size_t i = 0; dot && i < sizeof types / sizeof *types; i++)
		if (strcmp(dot, types[i].ending) == 0)
			return (int)i;
	return -1;
}

static void squeeze(struct file *f)
{
	uLong bound = compressBound(f->len) + 32;
	z_stream z = { .next_in = (Bytef *)f->data, .avail_in = (uInt)f->len };

	if (f->len < GZIP_MIN || deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED,
					      MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return;
	f->gzip = malloc(bound);
	z.next_out = (Bytef *)f->gzip;
	z.avail_out = (uInt)bound;
	if (f->gzip && deflate(&z, Z_FINISH) == Z_STREAM_END && z.total_out < f->len)
		f->gzip_len = z.total_out;
	deflateEnd(&z);
}

static void describe(struct file *f)
{
	static const char digits[] = "0123456789abcdef";
	int type = type_of(f->path);
	uint8_t sum[32];
	char *to = f->etag;

	f->type = type < 0 ? "application/octet-stream" : types[type].type;
	crypto_sha256(sum, f->data, f->len);
	*to++ = '"';
	for (int i = 0; i < 16; i++) {
		*to++ = digits[sum[i] >> 4];
		*to++ = digits[sum[i] & 15];
	}
	*to++ = '"';
	*to = 0;
	if (type >= 0 && types[type].squeezable)
		squeeze(f);
}

static int load(struct web_files *files, const char *full, const char *path, size_t size)
{
	FILE *in = fopen(full, "rb");
	struct file f = { .len = size };

	if (!in)
		return -1;
	f.data = malloc(size + 1);
	if (!f.data || fread(f.data, 1, size, in) != size) {
		free(f.data);
		fclose(in);
		return -1;
	}
	fclose(in);
	f.path = strdup(path);
	files->items = realloc(files->items, (size_t)(files->n + 1) * sizeof f);
	if (!f.path || !files->items)
		abort();
	describe(&f);
	files->items[files->n++] = f;
	return 0;
}

static int walk(struct web_files *files, const char *folder, const char *below, int depth);

static int visit(struct web_files *files, const char *folder, const char *below,
		 const char *name, int depth)
{
	struct buf full = { 0 }, path = { 0 };
	struct stat st;
	int bad;

	buf_printf(&path, "%s%s%s", below, *below ? "/" : "", name);
	buf_printf(&full, "%s/%s", folder, buf_str(&path));
	bad = stat(buf_str(&full), &st) < 0;
	if (!bad && S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
		bad = walk(files, folder, buf_str(&path), depth + 1);
	else if (!bad && S_ISREG(st.st_mode) && st.st_size <= FILE_MAX)
		bad = load(files, buf_str(&full), buf_str(&path), (size_t)st.st_size);
	if (bad)
		log_warn("cannot read web file name=%s", buf_str(&path));
	buf_free(&full);
	buf_free(&path);
	return bad;
}

/* Names that begin with a dot are nobody's business. */
static int walk(struct web_files *files, const char *folder, const char *below, int depth)
{
	struct buf full = { 0 };
	struct dirent *entry;
	DIR *dir;
	int bad = 0;

	buf_printf(&full, "%s/%s", folder, below);
	dir = opendir(buf_str(&full));
	buf_free(&full);
	if (!dir)
		return -1;
	while ((entry = readdir(dir)))
		if (entry->d_name[0] != '.')
			bad |= visit(files, folder, below, entry->d_name, depth);
	closedir(dir);
	return bad;
}

static int by_path(const void *a, const void *b)
{
	return strcmp(((const struct file *)a)->path, ((const struct file *)b)->path);
}

struct web_files *web_files_open(const char *folder, struct err *e)
{
	struct web_files *files = calloc(1, sizeof *files);

	if (!files)
		abort();
	if (walk(files, folder, "", 0) != 0) {
		web_files_close(files);
		err_set(e, ERR_PERM, "cannot read all files below %s", folder);
		return NULL;
	}
	if (files->n)
		qsort(files->items, (size_t)files->n, sizeof *files->items, by_path);
	return files;
}

void web_files_close(struct web_files *files)
{
	if (!files)
		return;
	for (int i = 0; i < files->n; i++) {
		free(files->items[i].path);
		free(files->items[i].data);
		free(files->items[i].gzip);
	}
	free(files->items);
	free(files);
}

/* --- serving -------------------------------------------------------------- */

static const struct file *find(const struct web_files *files, const char *path)
{
	struct file key = { .path = (char *)path };

	if (!files->n)
		return NULL;
	return bsearch(&key, files->items, (size_t)files->n, sizeof key, by_path);
}

static const struct file *find_or_index(const struct web_files *files, struct web_request *req,
					const char *path)
{
	size_t len = strlen(path);
	const struct file *f = find(files, path);

	if (f || (len > 0 && path[len - 1] != '/'))
		return f;
	return find(files, arena_printf(web_arena(req), "%sindex.html", path));
}

/* What the caller has set stands. */
static void set_default(struct web_request *req, const char *name, const char *value)
{
	if (req->ev && !evhttp_find_header(evhttp_request_get_output_headers(req->ev), name))
		web_set_header(req, name, value);
}

/*
 * Names with a hash in them never change; others are asked for again.
 * Pages get a policy: scripts, styles and connections of our own only.
 */
static void set_headers(struct web_request *req, const struct file *f)
{
	web_set_header(req, "ETag", f->etag);
	web_set_header(req, "Cache-Control", "no-cache");
	web_set_header(req, "Vary", "Accept-Encoding");
	set_default(req, "Referrer-Policy", "strict-origin-when-cross-origin");
	if (strncmp(f->type, "text/html", 9) == 0) {
		set_default(req, "Content-Security-Policy",
			    "default-src 'self'; style-src 'self' 'unsafe-inline'; "
			    "img-src 'self' data: https:; object-src 'none'; "
			    "base-uri 'none'; frame-ancestors 'self'");
		set_default(req, "X-Frame-Options", "SAMEORIGIN");
	}
}

void web_files_serve(const struct web_files *files, struct web_request *req, const char *path)
{
	const struct file *f = find_or_index(files, req, *path == '/' ? path + 1 : path);
	const char *known = web_header(req, "If-None-Match");
	const char *accepted = web_header(req, "Accept-Encoding");

	if (!f) {
		web_refuse(req, 404, "not_found", TEXT_PROBLEM_NOT_FOUND);
		return;
	}
	set_headers(req, f);
	if (known && strstr(known, f->etag)) {
		web_reply(req, 304, NULL, NULL, 0);
		return;
	}
	if (f->gzip_len && accepted && strstr(accepted, "gzip")) {
		web_set_header(req, "Content-Encoding", "gzip");
		web_reply(req, 200, f->type, f->gzip, f->gzip_len);
		return;
	}
	web_reply(req, 200, f->type, f->data, f->len);
}
