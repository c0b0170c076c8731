#include "services/ingress/hasher.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

enum { QUEUE_MAX = 24 };

struct hashing {
	struct op op; /* op.flow is NULL once cancelled; the thread never looks at it */
	TAILQ_ENTRY(hashing) link;
	struct hasher *hasher;
	int is_waiting;
	char *kept, *password;
	int *matches_out;
	char *made_out;
	int matches;
	char made[PASSWORD_TEXT];
};

TAILQ_HEAD(hashing_list, hashing);

struct hasher {
	pthread_t thread;
	pthread_mutex_t lock; /* of all below, but for `notice` */
	pthread_cond_t work;
	struct hashing_list waiting, done;
	int count, is_closing;
	int wake; /* an eventfd: something is done */
	struct event *notice;
};

static void hashing_free(struct hashing *g)
{
	if (g->password)
		explicit_bzero(g->password, strlen(g->password));
	free(g->password);
	free(g->kept);
	free(g);
}

/* --- in the thread -------------------------------------------------------- */

static struct hashing *take(struct hasher *h)
{
	struct hashing *g = NULL;

	pthread_mutex_lock(&h->lock);
	while (!h->is_closing && !(g = TAILQ_FIRST(&h->waiting)))
		pthread_cond_wait(&h->work, &h->lock);
	if (h->is_closing)
		g = NULL;
	if (g) {
		TAILQ_REMOVE(&h->waiting, g, link);
		g->is_waiting = 0;
	}
	pthread_mutex_unlock(&h->lock);
	return g;
}

static void give_back(struct hasher *h, struct hashing *g)
{
	pthread_mutex_lock(&h->lock);
	TAILQ_INSERT_TAIL(&h->done, g, link);
	pthread_mutex_unlock(&h->lock);
	eventfd_write(h->wake, 1);
}

static void *work(void *arg)
{
	struct hasher *h = arg;
	struct hashing *g;

	while ((g = take(h))) {
		if (g->made_out)
			password_make(g->made, g->password);
		else
			g->matches = password_matches(g->kept, g->password);
		give_back(h, g);
	}
	return NULL;
}

/* --- on the loop ---------------------------------------------------------- */

static void finish(struct hashing *g)
{
	if (g->op.flow && g->made_out)
		memcpy(g->made_out, g->made, PASSWORD_TEXT);
	else if (g->op.flow)
		*g->matches_out = g->matches;
	if (g->op.flow)
		op_succeed(&g->op);
	hashing_free(g);
}

static struct hashing *take_done(struct hasher *h)
{
	struct hashing *g;

	pthread_mutex_lock(&h->lock);
	g = TAILQ_FIRST(&h->done);
	if (g) {
		TAILQ_REMOVE(&h->done, g, link);
		h->count--;
	}
	pthread_mutex_unlock(&h->lock);
	return g;
}

static void on_done(evutil_socket_t fd, short what, void *arg)
{
	struct hasher *h = arg;
	struct hashing *g;
	eventfd_t n;

	(void)what;
	eventfd_read(fd, &n);
	while ((g = take_done(h)))
		finish(g);
}

/* Signals are the loop's business. */
static int start_thread(struct hasher *h)
{
	sigset_t all, before;
	int bad;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	bad = pthread_create(&h->thread, NULL, work, h);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return bad;
}

struct hasher *hasher_open(struct event_base *base)
{
	struct hasher *h = calloc(1, sizeof *h);

	if (!h)
		abort();
	TAILQ_INIT(&h->waiting);
	TAILQ_INIT(&h->done);
	pthread_mutex_init(&h->lock, NULL);
	pthread_cond_init(&h->work, NULL);
	h->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	h->notice = event_new(base, h->wake, EV_READ | EV_PERSIST, on_done, h);
	if (h->wake < 0 || !h->notice || event_add(h->notice, NULL) || start_thread(h))
		abort();
	return h;
}

static void drop_all(struct hashing_list *list)
{
	struct hashing *g;

	while ((g = TAILQ_FIRST(list))) {
		TAILQ_REMOVE(list, g, link);
		hashing_free(g);
	}
}

void hasher_close(struct hasher *h)
{
	if (!h)
		return;
	pthread_mutex_lock(&h->lock);
	h->is_closing = 1;
	pthread_cond_signal(&h->work);
	pthread_mutex_unlock(&h->lock);
	pthread_join(h->thread, NULL);
	drop_all(&h->waiting);
	drop_all(&h->done);
	event_free(h->notice);
	close(h->wake);
	pthread_cond_destroy(&h->work);
	pthread_mutex_destroy(&h->lock);
	free(h);
}

/* --- asking ---------------------------------------------------------------- */

/* What nobody waits for is not worked on; what is being worked on is dropped when it is done.
 */
static void hashing_cancel(struct op *op)
{
	struct hashing *g = (struct hashing *)op;
	struct hasher *h = g->hasher;
	int was_waiting;

	op->flow = NULL;
	pthread_mutex_lock(&h->lock);
	was_waiting = g->is_waiting;
	if (was_waiting) {
		TAILQ_REMOVE(&h->waiting, g, link);
		h->count--;
	}
	pthread_mutex_unlock(&h->lock);
	if (was_waiting)
		hashing_free(g);
}

static struct hashing *create(struct hasher *h, const char *kept, const char *password)
{
	struct hashing *g = calloc(1, sizeof *g);

	if (!g || !(g->password = strdup(password)) || (kept && !(g->kept = strdup(kept))))
		abort();
	g->hasher = h;
	return g;
}

static void begin(struct hasher *h, struct flow *f, flow_step *next, struct hashing *g)
{
	op_start(&g->op, f, next, hashing_cancel);
	pthread_mutex_lock(&h->lock);
	if (h->count < QUEUE_MAX) {
		h->count++;
		g->is_waiting = 1;
		TAILQ_INSERT_TAIL(&h->waiting, g, link);
		pthread_cond_signal(&h->work);
		g = NULL;
	}
	pthread_mutex_unlock(&h->lock);
	if (!g)
		return;
	op_fail(&g->op, ERR_TEMP, "too many passwords at once");
	hashing_free(g);
}

void hasher_forget(struct hasher *h, struct flow *f)
{
	struct hashing *g;

	pthread_mutex_lock(&h->lock);
	TAILQ_FOREACH (g, &h->waiting, link)
		if (g->op.flow == f)
			break;
	pthread_mutex_unlock(&h->lock);
	if (g)
		flow_interrupt(f, ERR_CANCELLED, "nobody waits for it");
}

void hasher_match(struct hasher *h, struct flow *f, flow_step *next, int *out, const char *kept,
		  const char *password)
{
	struct hashing *g = create(h, kept, password);

	g->matches_out = out;
	begin(h, f, next, g);
}

void hasher_make(struct hasher *h, struct flow *f, flow_step *next, char out[PASSWORD_TEXT],
		 const char *password)
{
	struct hashing *g = create(h, NULL, password);

	g->made_out = out;
	begin(h, f, next, g);
}
