/*
 * libvirt's event loop, which is virteventd's own as well. In the main thread.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

typedef void loop_signal(int number, void *user);

/*
 * Registers the loop with libvirt, before anything else of it is used. SIGINT, SIGTERM and SIGHUP
 * come to `take`, in the loop; no thread gets them, nor SIGPIPE. Returns 0 or a negative errno.
 */
int loop_open(loop_signal *take, void *user);

/* Runs until loop_end() was called. Returns 0 or a negative errno. */
int loop_run(void);

/* Ends loop_run() when what is under way in it is over. */
void loop_end(void);
