#pragma once

#include "common/bots/bots.h"
#include "common/crypto/crypto.h"
#include "common/http/http.h"
#include "common/live/live.h"
#include "common/redis/pubsub.h"
#include "common/redis/redis.h"
#include "common/store/store.h"
#include "common/web/web.h"

/*
 * The process that hears: it authenticates every inbound byte, gives it one
 * shape, accepts it durably, and shows conversations live to browsers.
 */

struct hub;
struct limits;
struct lines;
struct depth_watch;
struct team;

struct ingress {
	/* configuration */
	const char *database_url, *redis_url, *secret, *listen, *public_url;
	const char *const *trusted_proxies;
	const char *telegram_api_root, *web_root;
	const char *integration_key; /* NULL: no program may give orders */
	int rate_limits, max_connections, file_days;

	struct event_base *base;
	struct store store;
	struct redis *redis;
	struct http *http;
	struct bots *bots;
	struct web *web;
	struct web_files *files;
	struct hub *hub;       /* events.c */
	struct limits *limits; /* limits.c */
	struct lines *lines;   /* line.c: bots on Telegram */
	struct depth_watch *depths;
	uint8_t session_key[CRYPTO_KEY_SIZE];

	/* the console: its reading must not stand in anybody's way */
	struct store desk_store;
	struct desk_hub *desk_hub;     /* console_hub.c */
	struct hasher *hasher;         /* hasher.c */
	struct console_index *indexer; /* console_index.c */
	struct team *team;             /* team.c: who may work at desks */
	uint8_t file_key[CRYPTO_KEY_SIZE], device_key[CRYPTO_KEY_SIZE];
	int file_count;                 /* being fetched */
	struct file_place *file_places; /* file_place.c */
};

/* The routes, served with the ingress as their argument. */
extern const struct web_route ingress_routes[];

/* --- helpers all routes share --------------------------------------------- */

/* The channel of that kind and name; NULL while the registry is not loaded, too. */
const struct channel *ingress_channel(struct ingress *in, const char *kind, const char *name);

/* -1: PostgreSQL is away or the bots are not loaded; 503 has been sent. */
int ingress_must_be_ready(struct ingress *in, struct web_request *req);

/* A bucket of the address that asks.  -1: 429 has been sent. */
struct limit;
int ingress_limit(struct ingress *in, struct web_request *req, int kind,
		  const struct limit *limit);
/* Likewise for a key of the caller's. */
int ingress_limit_key(struct ingress *in, struct web_request *req, int kind, const char *key,
		      const struct limit *limit);

/* For what a browser says: a bucket of its address, and one of its chat. */
int ingress_limit_words(struct ingress *in, struct web_request *req,
			const struct channel *channel, const char *chat);

/* Who asks: an IPv4 address, or a /64 of IPv6. */
const char *ingress_network(struct web_request *req);

/* 503 with Retry-After, or whatever the error deserves; the reason is logged. */
void ingress_reply_failure(struct web_request *req, const struct err *e);

/* What a browser may call a message, an order or a file: each once. */
int ingress_is_key(const char *id);
int ingress_is_blank(const char *text);

/* The language of the request, from here on also that of problems: what its body or ?lang=
 * asks for, else Accept-Language. */
const char *ingress_lang(struct web_request *req, const char *asked);
