/*
 * Address families by name: what configuration, filters and the log call them. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

/* "AF_INET" for 2; NULL for a number that has no name here. A constant. */
const char *family_name(int family);

/* 2 for "AF_INET"; -1 for a name that is none. */
int family_number(const char *name);
