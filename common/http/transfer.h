#pragma once

#include <curl/curl.h>
#include <sys/queue.h>

#include "common/base/buf.h"
#include "common/http/http.h"

/* Private to common/http: one request on its way, and the loop it belongs to. */

TAILQ_HEAD(transfer_list, transfer);

struct http {
	struct event_base *base;
	CURLM *multi;
	struct event *timer;
	const char *ca_file;
	struct transfer_list transfers, doomed;
	CURL *spare[128]; /* handles that know all but their next request */
	int spares;
	int in_flight, inside; /* inside: curl is running and may not be asked for anything */
};

struct transfer {
	struct op op; /* first: cancel gets it */
	TAILQ_ENTRY(transfer) link;
	struct http *http;
	CURL *easy;
	struct curl_slist *headers;
	curl_mime *form; /* or NULL */
	FILE *file;      /* in the form; borrowed */
	struct http_response *out;
	http_reader *reader;
	void *reader_arg;
	http_gate *may_leave;
	void *may_leave_arg;
	struct event watchdog;
	int64_t last_byte_ms, ends_ms; /* ends_ms: at the latest; 0: whenever */
	int first_byte_ms, idle_ms, has_body;
	int is_large_tls, is_connected, was_repeated;
	int refused, too_large, cancelled, held_back;
	size_t max_body, received;
	struct buf body;
	char host[128];
};

/* The easy handle, ready to be added; the flow is still free. */
struct transfer *transfer_create(struct http *h, struct http_response *out,
				 const struct http_request *req);
void transfer_free(struct transfer *t); /* it is in no multi handle any more */
void transfer_free_spares(struct http *h);

/* What is known by now goes into *out. */
void transfer_note_stage(struct transfer *t);

/* Ends the operation according to curl's verdict. */
void transfer_settle(struct transfer *t, CURLcode code);

/* ms until silence lasts too long, or all of it; 0: it did, -1: nobody watches. */
int transfer_patience_ms(const struct transfer *t);
/* It did. */
void transfer_give_up(struct transfer *t);
