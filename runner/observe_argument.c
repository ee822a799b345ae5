/*
 * What a permissive script's call tells by its plain arguments. Runs in PID 1 of the script's
 * namespace.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "observe_argument.h"

#include <asm/ioctls.h>
#include <linux/sockios.h>
#include <sched.h>
#include <sys/stat.h>

/* Of a call's form that no profile grants. */
#define BARRED 1

static uint32_t extra(const struct question *question)
{
    return (uint32_t)question_argument(question, question->watch->extra);
}

/* It changes a network device, a bridge or a route. */
static bool changes_network(uint32_t command)
{
    switch (command) {
    case SIOCADDRT:
    case SIOCDELRT:
    case SIOCSIFFLAGS:
    case SIOCSIFADDR:
    case SIOCSIFNETMASK:
    case SIOCSIFMTU:
    case SIOCSIFHWADDR:
    case SIOCSIFNAME:
    case SIOCETHTOOL:
    case SIOCBRADDBR:
    case SIOCBRDELBR:
    case SIOCBRADDIF:
    case SIOCBRDELIF:
        return true;
    default:
        return false;
    }
}

static void look_at_network(const struct question *question)
{
    int capability = (int)question->watch->value;

    question_tell_network(question);
    if (!question_holds(question, capability))
        question_tell(question, SIGHT_CAPABILITY, (uint32_t)capability, NULL);
}

static void look_at_ioctl(const struct question *question)
{
    uint32_t command = extra(question);

    if (command == TIOCSTI || command == TIOCLINUX)
        question_tell(question, SIGHT_CALL, BARRED, NULL);
    else if (changes_network(command))
        look_at_network(question);
}

/* -1 leaves an id as it is. */
static bool is_own(uint32_t id, uint32_t own)
{
    return id == own || id == UINT32_MAX;
}

static bool are_own(const struct question *question, uint32_t own)
{
    for (int i = 0; i < question->watch->extra; i++) {
        if (!is_own((uint32_t)question_argument(question, i), own))
            return false;
    }
    return true;
}

static bool keeps_owner(const struct question *question)
{
    const struct plan *plan = question->observer->plan;
    int first = question->watch->extra;

    return is_own((uint32_t)question_argument(question, first), plan->uid) &&
           is_own((uint32_t)question_argument(question, first + 1), plan->gid);
}

static bool is_realtime(uint32_t policy)
{
    uint32_t plain = policy & ~(uint32_t)SCHED_RESET_ON_FORK;

    return plain == SCHED_FIFO || plain == SCHED_RR;
}

static bool needs_capability(const struct question *question)
{
    const struct plan *plan = question->observer->plan;

    switch ((enum plan_watch_kind)question->watch->kind) {
    case WATCH_CAPABILITY:
        return true;
    case WATCH_NEGATIVE:
        return (int32_t)extra(question) < 0;
    case WATCH_REALTIME:
        return is_realtime(extra(question));
    case WATCH_DEVICE:
        return S_ISCHR(extra(question)) || S_ISBLK(extra(question));
    case WATCH_OWNER:
        return !keeps_owner(question);
    case WATCH_USER:
        return !are_own(question, plan->uid);
    case WATCH_GROUP:
        return !are_own(question, plan->gid);
    default:
        return false;
    }
}

void observe_argument(const struct question *question)
{
    const struct plan_watch *watch = question->watch;

    if (watch->kind == WATCH_IOCTL)
        look_at_ioctl(question);
    else if (watch->kind == WATCH_NAMESPACE && extra(question) & watch->value)
        question_tell(question, SIGHT_CALL, BARRED, NULL);
    else if (needs_capability(question))
        question_tell(question, SIGHT_CAPABILITY, watch->value, NULL);
}
