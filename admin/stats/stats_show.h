/*
 * The forms in which statistics are shown. Admin's process.
 *
 * Each returns 0, or -ENOMEM; whether the stream could be written the caller finds out.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "tally.h"

#include <stdio.h>

/* A table for people, and a sentence below it; the scripts in the order in which they stand. */
int stats_show_table(const struct tally *tally, FILE *stream);

/* One JSON object. */
int stats_show_json(const struct tally *tally, FILE *stream);

/*
 * OpenMetrics' text. What reads Prometheus' classic form alone, as the node exporter's textfile
 * collector does, understands it too, but takes counters for samples of no type.
 */
int stats_show_openmetrics(const struct tally *tally, FILE *stream);
