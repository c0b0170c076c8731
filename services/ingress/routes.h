#pragma once

#include "common/web/web.h"

/* Every handler of the process; the argument is the ingress. */

web_handler telegram_webhook;
web_handler session_create, message_create, message_list, answer_stop, event_stream,
	popular_list;
web_handler operator_call, conversation_order, person_return, typing_tell, rating_create,
	transcript_get;
web_handler vink_say, vink_fetch;
web_handler health_ready, health_telegram, serve_openapi, serve_file;
web_handler console_serve, console_page, file_get;
