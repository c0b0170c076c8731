#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/ingress/ingress.h"
#include "services/ingress/openapi.h"
#include "services/ingress/routes.h"

/* The pages we serve, and the description of what else we serve. */

void serve_openapi(void *arg, struct web_request *req)
{
	(void)arg;
	web_set_header(req, "Cache-Control", "no-cache");
	web_set_header(req, "Access-Control-Allow-Origin", "*");
	web_reply(req, 200, "application/json", openapi_json, openapi_json_size);
}

/* The pages of the console find their own way: "/console/c/7" is its first page, too. */
void console_page(void *arg, struct web_request *req)
{
	struct ingress *in = arg;
	const char *path = web_path(req);

	if (!in->files) {
		web_refuse(req, 404, "not_found", TEXT_PROBLEM_NOT_FOUND);
		return;
	}
	if (!strchr(path, '.'))
		path = "/console/index.html";
	web_set_header(req, "Content-Security-Policy",
		       "default-src 'self'; style-src 'self' 'unsafe-inline'; "
		       "img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; "
		       "base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
	web_set_header(req, "X-Frame-Options", "DENY");
	web_set_header(req, "Referrer-Policy", "no-referrer");
	web_files_serve(in->files, req, path);
}

void serve_file(void *arg, struct web_request *req)
{
	struct ingress *in = arg;
	const char *path = web_path(req);

	if (!in->files) {
		web_refuse(req, 404, "not_found", TEXT_PROBLEM_NOT_FOUND);
		return;
	}
	if (strcmp(path, "/docs") == 0)
		path = "/docs/";
	web_files_serve(in->files, req, path);
}
