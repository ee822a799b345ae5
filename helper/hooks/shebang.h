/*
 * The #! line of a script, as the kernel reads it. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

/* Bytes of a file that the kernel looks at (BINPRM_BUF_SIZE). */
#define SHEBANG_SIZE 256

/* Interpreters that the kernel goes through before it gives up with ELOOP. */
#define SHEBANG_LEVELS_MAX 5

/* The file has no #! line: it is a binary, or nothing that the kernel runs. */
#define SHEBANG_E_NONE 2

/*
 * Reads the interpreter's path from the file that `fd` is open on (O_PATH will do); `path` is the
 * file's name for the sentence. Returns 0 with the path, which is absolute; SHEBANG_E_NONE;
 * VET_E_REFUSED with a sentence; or a negative errno (-ENOMEM, -EMFILE, -ENFILE).
 */
int shebang_read(int fd, const char *path, char ret_interpreter[static SHEBANG_SIZE],
                 char **ret_problem);
