#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/store/file.h"
#include "common/web/address.h"
#include "services/ingress/files.h"

/* Half of it is left for others, however slowly somebody takes their files. */
enum { ROOM = 16 * FILE_MAX, ROOM_OF_NETWORK = 8 * FILE_MAX };

struct file_place {
	struct file_place *next, **at; /* what points at us */
	size_t bytes;
	char network[ADDRESS_TEXT];
};

static int has_room(const struct ingress *in, const char *network)
{
	size_t all = FILE_MAX, own = FILE_MAX;

	for (const struct file_place *p = in->file_places; p; p = p->next) {
		all += p->bytes;
		own += strcmp(p->network, network) == 0 ? p->bytes : 0;
	}
	return all <= ROOM && (!in->rate_limits || own <= ROOM_OF_NETWORK);
}

static void give_back(void *arg)
{
	struct file_place *p = arg;

	*p->at = p->next;
	if (p->next)
		p->next->at = p->at;
	free(p);
}

struct file_place *file_place_take(struct ingress *in, struct web_request *req)
{
	const char *network = ingress_network(req);
	struct file_place *p;

	if (!has_room(in, network))
		return NULL;
	p = malloc(sizeof *p);
	if (!p)
		abort();
	*p = (struct file_place){ in->file_places, &in->file_places, FILE_MAX, "" };
	snprintf(p->network, sizeof p->network, "%s", network);
	if (p->next)
		p->next->at = &p->next;
	in->file_places = p;
	web_on_sent(req, give_back, p);
	return p;
}

void file_place_is(struct file_place *p, size_t bytes)
{
	p->bytes = bytes;
}
