/*
 * What was changed, or would be, and what the configuration must have, for a person. Admin's
 * process; names of files may be anything.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "show.h"

#include "cleanup.h"
#include "text.h"

#include <stdio.h>
#include <string.h>

struct shown_step show_step(const struct step *step, const char *shim)
{
    switch (step->kind) {
    case STEP_KEEP:
    case STEP_MOVE:
        return (struct shown_step){"move", step->from, step->to};
    case STEP_COVER:
        return (struct shown_step){"link", step->to, shim};
    case STEP_UNCOVER:
        if (step->from[0])
            return (struct shown_step){"move", step->from, step->to};
        return (struct shown_step){"remove", step->to, NULL};
    case STEP_POINT:
        return (struct shown_step){"link", step->to, step->from};
    case STEP_UNPOINT:
        return (struct shown_step){"remove", step->to, NULL};
    case STEP_DROP:
        break;
    }
    return (struct shown_step){0};
}

static void print_safe(const char *text)
{
    auto_free char *safe = text_escape(text, strlen(text), false);

    fputs(safe ? safe : "?", stdout);
}

static void print_step(const struct step *step, const char *shim)
{
    struct shown_step shown = show_step(step, shim);

    if (!shown.action)
        return;
    printf("%s ", shown.action);
    if (!shown.other)
        fputs("the link ", stdout);
    print_safe(shown.path);
    if (shown.other)
        fputs(shown.other == shim ? " to the shim " : " to ", stdout);
    if (shown.other)
        print_safe(shown.other);
    putchar('\n');
}

/* Line by line, so that a path can be no line of its own. */
static void print_lines(const char *lines)
{
    while (*lines) {
        size_t size = strcspn(lines, "\n");
        auto_free char *safe = text_escape(lines, size, false);

        puts(safe ? safe : "?");
        lines += size + (lines[size] != '\0');
    }
}

static void print_rules(const struct adopt_request *request, const struct adopt_rules *rules)
{
    auto_free char *lines = rules_lines(request, rules);

    puts("\nUnder libvirt these hooks can do all that root can.");
    if (!rules_lack(rules)) {
        fputs("Under virthook they still can, timed, bounded and logged, or have the profile that "
              "you "
              "chose, by ",
              stdout);
        print_safe(rules->config);
        puts(".");
        return;
    }
    fputs(
        "Under virthook as it is configured they could not. So that they still can, timed, bounded "
        "and logged,\nput this into ",
        stdout);
    print_safe(rules->config);
    puts(rules->other_hooks || rules->layout
             ? ", its keys before any section. If a helper runs as a service, restart it:\n"
             : ". If a helper runs as a service, restart it:\n");
    print_lines(lines ? lines : "");
}

static void print_dispatchers(const struct plan *plan)
{
    for (size_t i = 0; i < LIBVIRT_DRIVERS; i++) {
        if (plan->dispatcher[i])
            printf("\nThe script %s seems to run what is in %s.d by itself: leave per_guest_layout "
                   "= no, or it\nwould all run twice.\n",
                   libvirt_drivers[i], libvirt_drivers[i]);
    }
}

/* Whoever removed the shim by hand has hooks that nobody runs. */
static void print_stranded(const struct adopt_request *request, const struct plan *plan)
{
    for (size_t i = 0; i < LIBVIRT_DRIVERS; i++) {
        if (plan->stranded[i])
            printf("\nScripts of %s stay in %s, since no shim stands at %s/%s: to have them given "
                   "back,\nrun ln -s %s %s/%s and release again.\n",
                   libvirt_drivers[i], request->hooks, request->libvirt, libvirt_drivers[i],
                   request->shim, request->libvirt, libvirt_drivers[i]);
    }
}

static void print_plan(const struct adopt_request *request, const struct plan *plan,
                       const struct adopt_rules *rules)
{
    if (plan->steps.count == 0) {
        printf("There is nothing to %s.\n", request->command);
        print_stranded(request, plan);
        return;
    }
    for (size_t i = 0; i < plan->steps.count; i++)
        print_step(&plan->steps.list[i], request->shim);
    if (rules)
        print_rules(request, rules);
    print_dispatchers(plan);
    print_stranded(request, plan);
    if (request->dry_run)
        puts("\nNothing was changed (--dry-run).");
    else if (rules && rules_lack(rules))
        puts("\nNothing was changed, so that no hook breaks: adopt again with these lines in "
             "place.");
}

bool show_plan(const struct adopt_request *request, const struct plan *plan,
               const struct adopt_rules *rules)
{
    print_plan(request, plan, rules);
    return fflush(stdout) == 0 && !ferror(stdout);
}
