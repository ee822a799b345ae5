/*
 * What the runner tells the helper. Runner.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "job.h"

void runner_report(const struct runner_report *report);

/* The script cannot be run, for this error (a positive errno), at this path or NULL; ends. */
void runner_fail_at(enum runner_step step, int error, const char *path) __attribute__((noreturn));
void runner_fail(enum runner_step step, int error) __attribute__((noreturn));
