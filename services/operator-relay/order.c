#include <stdio.h>
#include <stdlib.h>

#include "services/operator-relay/relay.h"

/* What an operator says in their desk. */

void order_begin(void *arg, const struct doorbell *bell, const char *entry_id)
{
	struct relay *r = arg;

	(void)bell;
	jobs_settle(r->jobs, entry_id);
}
