/*
 * The object's UUID, where libvirt's XML on stdin says it. Caller's process.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

#include "names.h"

/*
 * Looks at the beginning of the XML in `memfd` for the first <uuid> element, which is the object's
 * own: libvirt writes it second, after the name. Returns whether there is one; `ret_uuid` has room
 * for NAME_UUID_LENGTH bytes and a NUL.
 */
bool uuid_find(int memfd, char *ret_uuid);
