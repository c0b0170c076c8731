#include "services/ingress/console.h"

/* Everything below /console/api/. */

const struct console_route console_routes[] = {
	{ "POST", "login", console_login, FOR_ANYBODY },
	{ "POST", "logout", console_logout, FOR_OPERATORS },
	{ "GET", "me", console_me, FOR_OPERATORS },
	{ "POST", "me", console_change_me, FOR_OPERATORS },
	{ "GET", "conversations", console_inbox, FOR_OPERATORS },
	{ "GET", "conversations/{id}", console_client, FOR_OPERATORS },
	{ "GET", "conversations/{id}/messages", console_history, FOR_OPERATORS },
	{ "POST", "conversations/{id}/orders", console_order, FOR_OPERATORS },
	{ "POST", "conversations/{id}/typing", console_typing, FOR_OPERATORS },
	{ "POST", "conversations/{id}/files", console_begin_file, FOR_OPERATORS },
	{ "POST", "files/{id}/pieces/{id}", console_put_piece, FOR_OPERATORS },
	{ "POST", "files/{id}/drop", console_drop_file, FOR_OPERATORS },
	{ "GET", "operators", console_operators, FOR_OPERATORS },
	{ "GET", "operators/gaps", console_gaps, FOR_ADMINS },
	{ "POST", "operators", console_add_operator, FOR_ADMINS },
	{ "POST", "operators/{id}", console_change_operator, FOR_ADMINS },
	{ "GET", "audit", console_audit, FOR_ADMINS },
	{ "GET", "jobs/dead", console_dead_jobs, FOR_ADMINS },
	{ "POST", "jobs/{id}/retry", console_retry_job, FOR_ADMINS },
	{ "GET", "events", console_events, FOR_OPERATORS },
	{ "GET", "files/{id}/{id}/{id}", console_file, FOR_OPERATORS },
	{ 0 },
};
