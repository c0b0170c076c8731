#pragma once

#include "services/ingress/ingress.h"

/* Asks PostgreSQL every two seconds how much work waits, for /metrics. */
struct depth_watch *depths_open(struct ingress *in);
void depths_pause(struct depth_watch *d);
void depths_close(struct depth_watch *d);
