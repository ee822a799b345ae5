/*
 * The helper's own process, made safe before anything else. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#pragma once

/*
 * No core and no tracing of this process, which holds names of guests and descriptors of their XML;
 * no signal from broken pipes; 0, 1 and 2 open; a private umask; / as working directory.
 */
void harden_process(void);
