/*
 * What a service's manager is told. Helper; nothing is read here, and nothing waited for: where the
 * manager cannot be told, the helper serves all the same.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "service.h"

#include "clock.h"
#include "notify.h"
#include "state.h"

static bool is_service(const struct helper *helper)
{
    return helper->options.channel < 0;
}

static void feed_watchdog(struct timer *timer)
{
    struct helper *helper = container_of(timer, struct helper, watchdog);

    (void)notify_send("WATCHDOG=1");
    loop_arm(helper->loop, timer, clock_add_ms(clock_now_ms(), notify_watchdog_ms()));
}

void service_ready(struct helper *helper)
{
    if (!is_service(helper))
        return;
    (void)notify_send("READY=1");
    helper->watchdog.fired = feed_watchdog;
    if (notify_watchdog_ms() > 0)
        feed_watchdog(&helper->watchdog);
}

void service_reloading(const struct helper *helper)
{
    if (is_service(helper))
        (void)notify_reloading();
}

void service_reloaded(const struct helper *helper)
{
    if (is_service(helper))
        (void)notify_send("READY=1");
}

void service_stopping(const struct helper *helper)
{
    if (is_service(helper))
        (void)notify_send("STOPPING=1");
}
