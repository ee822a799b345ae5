/*
 * What libvirt runs past virthook, as a part of an answer. Admin's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include <json-c/json.h>

/*
 * Adds "libvirt" to the answer: the directory, whether anything of it was adopted, and its "files"
 * that libvirt runs itself, each with "error" and "why"; null where `directory` is NULL. One that
 * cannot be read is one more of the answer's "problems". Returns 0 or -ENOMEM.
 */
int libvirt_files_add(struct json_object *answer, const char *directory, const char *shim);
