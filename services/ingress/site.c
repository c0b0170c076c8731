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
