/*
 * What a permissive script does that its profile, were it strict, would have refused. Runs in PID 1
 * of the script's namespace; arguments and memory are the script's, and may change while they are
 * looked at: that makes the record wrong and nothing else, since the answer is always "go on".
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "observe.h"

#include "observe_address.h"
#include "observe_argument.h"
#include "observe_message.h"
#include "observe_path.h"

#include <sys/ioctl.h>

/* Since Linux 6.6: the thread that asked runs on this processor as soon as it is answered. */
#define NOTIFY_SET_FLAGS    SECCOMP_IOW(4, __u64)
#define NOTIFY_SYNC_WAKE_UP 1UL

void observer_prepare(struct observer *observer, const struct plan *plan)
{
    observer->plan = plan;
    observer->sights.listener = -1;
    view_make(&observer->view, plan);
}

void observer_begin(struct observer *observer, int listener,
                    void (*report)(const struct runner_report *report))
{
    observer->sights.report = report;
    observer->sights.listener = listener;
    (void)ioctl(listener, NOTIFY_SET_FLAGS, NOTIFY_SYNC_WAKE_UP);
}

uint64_t question_argument(const struct question *question, int number)
{
    return number >= 0 ? question->call->data.args[number] : 0;
}

bool question_holds(const struct question *question, int capability)
{
    return (question->observer->plan->capabilities & (1ULL << capability)) != 0;
}

/* Every watch of a connection has it: there is at least the one of connect(2). */
void question_tell_network(const struct question *question)
{
    const struct plan *plan = question->observer->plan;
    const struct plan_watch *watches = plan_watches(plan);

    for (uint32_t i = 0; i < plan->watch_count; i++) {
        if (watches[i].kind == WATCH_CONNECT && watches[i].value)
            return;
    }
    question_tell(question, SIGHT_NETWORK, 0, NULL);
}

void question_tell(const struct question *question, enum runner_sight sight, uint32_t value,
                   const char *path)
{
    sights_tell(&question->observer->sights, question->call, sight, value, path);
}

static void look(const struct question *question)
{
    switch ((enum plan_watch_kind)question->watch->kind) {
    case WATCH_REFUSED:
        question_tell(question, SIGHT_CALL, 0, NULL);
        break;
    case WATCH_UNSEEN:
        question_tell(question, SIGHT_UNKNOWN, 0, NULL);
        break;
    case WATCH_FAMILY:
        break;
    case WATCH_SOCKET:
        observe_socket(question);
        break;
    case WATCH_MESSAGE:
        observe_message(question);
        break;
    case WATCH_CONNECT:
    case WATCH_BIND:
        observe_address(question);
        break;
    case WATCH_IOCTL:
    case WATCH_NAMESPACE:
    case WATCH_CAPABILITY:
    case WATCH_NEGATIVE:
    case WATCH_REALTIME:
    case WATCH_DEVICE:
    case WATCH_OWNER:
    case WATCH_USER:
    case WATCH_GROUP:
        observe_argument(question);
        break;
    default:
        observe_path(question);
    }
}

/* A call that no watch is for is asked about because the profile does not list it. */
static void look_at_call(struct observer *observer, const struct seccomp_notif *call)
{
    struct question question = {.observer = observer, .call = call};
    const struct plan_watch *watches = plan_watches(observer->plan);
    bool is_watched = false;

    for (uint32_t i = 0; i < observer->plan->watch_count; i++) {
        if (watches[i].number != call->data.nr || watches[i].arch != call->data.arch)
            continue;
        is_watched = true;
        question.watch = &watches[i];
        look(&question);
    }
    if (!is_watched)
        question_tell(&question, SIGHT_CALL, 0, NULL);
}

void observer_take(struct observer *observer)
{
    int listener = observer->sights.listener;
    struct seccomp_notif call = {};
    struct seccomp_notif_resp response = {.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};

    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &call) < 0)
        return;
    if (observer->began)
        look_at_call(observer, &call);
    observer->began = true;
    response.id = call.id;
    /* It fails where the asking thread is dead by now. */
    (void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &response);
}
