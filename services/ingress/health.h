#pragma once

#include "services/ingress/ingress.h"

/* NULL when events can be accepted, else why not. */
const char *health_unready(const struct ingress *in);
