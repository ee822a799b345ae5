/*
 * ^C during a call. Admin's process.
 *
 * The call blocks its thread, and the library takes no signals. So a second thread waits for them:
 * there, unlike in a signal handler, the library's functions may be called.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "interrupt.h"

#include "command.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

static atomic_bool seen;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct virthook *watched; /* guarded by the lock; NULL where there is none to call on */

static void watched_signals(sigset_t *ret_set)
{
    sigemptyset(ret_set);
    sigaddset(ret_set, SIGINT);
    sigaddset(ret_set, SIGTERM);
    sigaddset(ret_set, SIGHUP);
}

static size_t cancel_watched(void)
{
    size_t count;

    pthread_mutex_lock(&lock);
    count = watched ? virthook_cancel_all(watched) : 0;
    pthread_mutex_unlock(&lock);
    return count;
}

static void *watch(void *argument)
{
    sigset_t set;
    int number;

    watched_signals(&set);
    while (sigwait(&set, &number) == 0) {
        if (atomic_exchange(&seen, true) || cancel_watched() == 0)
            _exit(STATUS_INTERRUPTED);
    }
    return NULL;
}

int interrupt_watch(struct virthook *hook)
{
    pthread_t thread;
    sigset_t set;
    int r;

    watched = hook;
    watched_signals(&set);
    r = pthread_sigmask(SIG_BLOCK, &set, NULL);
    if (r == 0)
        r = pthread_create(&thread, NULL, watch, NULL);
    if (r == 0)
        r = pthread_detach(thread);
    return -r;
}

void interrupt_forget(void)
{
    pthread_mutex_lock(&lock);
    watched = NULL;
    pthread_mutex_unlock(&lock);
}

bool interrupt_seen(void)
{
    return atomic_load(&seen);
}
