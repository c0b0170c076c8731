/* Sleeping is free, but the clock shows it. */

#include "common/base/clock.h"
#include "tests/flow/stage.h"

int64_t __wrap_clock_mono_ms(void);
void __real_flow_sleep(struct flow *f, flow_step *next, int ms);
void __wrap_flow_sleep(struct flow *f, flow_step *next, int ms);

int64_t __wrap_clock_mono_ms(void)
{
	return stage.now_ms;
}

void __wrap_flow_sleep(struct flow *f, flow_step *next, int ms)
{
	stage.now_ms += ms;
	__real_flow_sleep(f, next, 0);
}
