#include "services/ingress/routes.h"

#include "common/service/pages.h"
#include "common/store/file.h"
#include "services/ingress/ingress.h"

enum { UPDATE_MAX = 256 << 10, MESSAGE_MAX = 64 << 10 };

const struct web_route ingress_routes[] = {
	{ "POST", "/telegram/*", telegram_webhook, .max_body = UPDATE_MAX },
	{ "POST", "/api/v1/sessions", session_create, .cors = 1 },
	{ "POST", "/api/v1/messages", message_create, .cors = 1, .max_body = MESSAGE_MAX },
	{ "GET", "/api/v1/messages", message_list, .cors = 1 },
	{ "GET", "/api/v1/events", event_stream, .cors = 1 },
	{ "GET", "/api/v1/popular", popular_list, .cors = 1 },
	{ "POST", "/api/v1/stop", answer_stop, .cors = 1 },
	{ "POST", "/api/v1/operator", operator_call, .cors = 1 },
	{ "POST", "/api/v1/return", person_return, .cors = 1 },
	{ "POST", "/api/v1/conversations/*", conversation_order, .cors = 0 },
	{ "POST", "/api/v1/typing", typing_tell, .cors = 1 },
	{ "POST", "/api/v1/rating", rating_create, .cors = 1 },
	{ "GET", "/api/v1/transcript", transcript_get, .cors = 1 },
	{ "POST", "/api/v1/gpt", vink_say, .cors = 1, .max_body = MESSAGE_MAX },
	{ "GET", "/api/v1/message", vink_fetch, .cors = 1 },
	{ "GET", "/api/v1/files/*", file_get, .cors = 1 },
	{ "GET", "/console/api/*", console_serve, .cors = 0 },
	{ "POST", "/console/api/*", console_serve, .max_body = FILE_PIECE },
	{ "GET", "/console", console_page, .cors = 0 },
	{ "GET", "/console/*", console_page, .cors = 0 },
	{ "GET", "/api/v1/health/telegram", health_telegram, .cors = 0 },
	{ "GET", "/healthz", pages_health, .cors = 0 },
	{ "GET", "/readyz", health_ready, .cors = 0 },
	{ "GET", "/metrics", pages_metrics, .cors = 0 },
	{ "GET", "/openapi.json", serve_openapi, .cors = 0 },
	{ "GET", "*", serve_file, .cors = 0 },
	{ 0 },
};
