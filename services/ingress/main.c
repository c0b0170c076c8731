#include <string.h>

#include "common/base/log.h"
#include "common/service/service.h"
#include "services/ingress/buckets.h"
#include "services/ingress/console_hub.h"
#include "services/ingress/console_index.h"
#include "services/ingress/depths.h"
#include "services/ingress/hasher.h"
#include "services/ingress/health.h"
#include "services/ingress/hub.h"
#include "services/ingress/ingress.h"
#include "services/ingress/line.h"
#include "services/ingress/origin.h"
#include "services/ingress/team.h"

enum { GROUP_MAX = 128 }; /* accepts in a commit: the more, the cheaper each */

static const struct conf_item conf[] = {
	{ "DATABASE_URL", CONF_SECRET, CONF_AT(struct ingress, database_url), NULL,
	  .help = "PostgreSQL" },
	{ "REDIS_URL", CONF_SECRET, CONF_AT(struct ingress, redis_url),
	  "redis://127.0.0.1:6379", .help = "Redis" },
	{ "TANDEM_SECRET", CONF_SECRET, CONF_AT(struct ingress, secret), NULL,
	  .help = "at least 16 characters; keys are derived from it" },
	{ "LISTEN", CONF_STR, CONF_AT(struct ingress, listen), "127.0.0.1:8080",
	  .help = "address to serve at" },
	{ "PUBLIC_URL", CONF_STR, CONF_AT(struct ingress, public_url), "",
	  .help = "https address people and Telegram reach us at; without it Telegram is "
		  "polled" },
	{ "TRUSTED_PROXIES", CONF_LIST, CONF_AT(struct ingress, trusted_proxies), "",
	  .help = "addresses or networks whose X-Forwarded-For counts" },
	{ "TELEGRAM_API_ROOT", CONF_STR, CONF_AT(struct ingress, telegram_api_root),
	  "https://api.telegram.org", .help = "where the Bot API is" },
	{ "WEB_ROOT", CONF_STR, CONF_AT(struct ingress, web_root), "",
	  .help = "folder of the built web files" },
	{ "INTEGRATION_KEY", CONF_SECRET, CONF_AT(struct ingress, integration_key), "",
	  .help = "programs that show it may call humans; at least 16 characters" },
	{ "RATE_LIMITS", CONF_INT, CONF_AT(struct ingress, rate_limits), "1", 0, 1,
	  "0: limit nobody, for measurements" },
	{ "MAX_CONNECTIONS", CONF_INT, CONF_AT(struct ingress, max_connections), "20000", 16,
	  1000000, "client connections at most" },
	{ "FILE_DAYS", CONF_INT, CONF_AT(struct ingress, file_days), "365", 8, 36500,
	  "files that operators sent from the console are kept for so many days" },
	{ 0 },
};

static int complain(const struct err *e)
{
	log_error("cannot open: %s", e->text);
	return -1;
}

static void on_bots(void *arg)
{
	struct ingress *in = arg;

	lines_follow(in->lines, bots_registry(in->bots));
}

static int check_conf(struct ingress *in, struct err *e)
{
	if (strlen(in->secret) < 16)
		return err_set(e, ERR_PERM, "TANDEM_SECRET is shorter than 16 characters");
	if (in->integration_key && strlen(in->integration_key) < 16)
		return err_set(e, ERR_PERM, "INTEGRATION_KEY is shorter than 16 characters");
	if (in->public_url && strncmp(in->public_url, "https://", 8) != 0)
		return err_set(e, ERR_PERM, "PUBLIC_URL must begin with https://");
	return 0;
}

static int open_web(struct ingress *in, struct err *e)
{
	struct web_conf web = { .listen = in->listen,
				.max_connections = in->max_connections,
				.trusted_proxies = in->trusted_proxies,
				.origin_allowed = origin_known,
				.routes = ingress_routes,
				.arg = in };

	if (in->web_root && !(in->files = web_files_open(in->web_root, e)))
		log_warn("no pages are served: %s", e->text);
	in->web = web_open(in->base, &web, e);
	if (!in->web)
		return -1;
	log_info("listening address=%s port=%d", in->listen, web_port(in->web));
	return 0;
}

/* A connection of its own: a search may take its time. */
static int open_console(struct ingress *in, struct err *e)
{
	crypto_derive(in->file_key, in->secret, "file-link");
	crypto_derive(in->device_key, in->secret, "console-device");
	in->hasher = hasher_open(in->base);
	in->desk_store.durable =
		pg_open(in->base, &(struct pg_conf){ .conninfo = in->database_url,
						     .name = "ingress-console",
						     .group_max = 8,
						     .timeout_ms = 5000 });
	in->desk_store.relaxed = in->desk_store.durable;
	in->indexer = console_index_open(in);
	in->team = team_open(in);
	in->desk_hub = desk_hub_open(in, e);
	return in->desk_hub ? 0 : -1;
}

static int ingress_open(void *self, struct event_base *base)
{
	struct ingress *in = self;
	struct err e = { 0 };

	in->base = base;
	if (check_conf(in, &e) < 0)
		return complain(&e);
	crypto_derive(in->session_key, in->secret, "widget-session");
	in->limits = limits_open(0);
	in->lines = lines_open(in);
	in->http = http_open(base, NULL);
	in->store.durable = pg_open(base, &(struct pg_conf){ .conninfo = in->database_url,
							     .name = "ingress",
							     .group_max = GROUP_MAX });
	in->store.relaxed = pg_open(base, &(struct pg_conf){ .conninfo = in->database_url,
							     .name = "ingress-reader",
							     .relaxed = 1 });
	in->depths = depths_open(in);
	if (!(in->redis = redis_open(base, in->redis_url, &e)) ||
	    !(in->hub = hub_open(in, &e)) ||
	    !(in->bots = bots_open(base, &in->store, in->redis_url, on_bots, in, &e)) ||
	    open_console(in, &e) < 0 || open_web(in, &e) < 0)
		return complain(&e);
	return 0;
}

static void ingress_pause(void *self)
{
	struct ingress *in = self;

	web_pause(in->web);
	lines_pause(in->lines);
	depths_pause(in->depths);
	console_index_pause(in->indexer);
	team_pause(in->team);
}

static void ingress_close(void *self)
{
	struct ingress *in = self;

	hub_close(in->hub);
	desk_hub_close(in->desk_hub);
	web_close(in->web);
	web_files_close(in->files);
	bots_close(in->bots);
	redis_close(in->redis);
	depths_close(in->depths);
	console_index_close(in->indexer);
	team_close(in->team);
	pg_close(in->desk_store.durable);
	hasher_close(in->hasher);
	pg_close(in->store.relaxed);
	pg_close(in->store.durable);
	http_close(in->http);
	lines_close(in->lines);
	limits_close(in->limits);
}

static const char *ingress_unready(void *self)
{
	return health_unready(self);
}

int main(int argc, char **argv)
{
	static struct ingress ingress;

	return service_run(&(struct service){ .name = "ingress",
					      .conf = conf,
					      .self = &ingress,
					      .drain_s = 20,
					      .open = ingress_open,
					      .pause = ingress_pause,
					      .close = ingress_close,
					      .unready = ingress_unready },
			   argc, argv);
}
