/*
 * Where things are in a session, that is for a user other than root: below the XDG base
 * directories. In every process; the environment is the user's own.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

enum session_base {
    SESSION_CONFIG,  /* $XDG_CONFIG_HOME, else $HOME/.config */
    SESSION_STATE,   /* $XDG_STATE_HOME, else $HOME/.local/state */
    SESSION_RUNTIME, /* $XDG_RUNTIME_DIR, which nothing stands in for */
};

/*
 * The path BASE/virthook/`rest`, which the caller frees; `rest` may be "". Returns 0; -ENOENT where
 * the environment names no absolute base; -ENOMEM.
 */
int session_path(enum session_base base, const char *rest, char **ret_path);

/* The same in a session, judged by the effective user; root's is `system`, copied. */
int session_path_or(const char *system, enum session_base base, const char *rest, char **ret_path);
