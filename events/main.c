/*
 * virteventd: libvirt's asynchronous events, from any number of daemons, shown or handed to
 * scripts. Runs as any user whom libvirt lets read; what the daemons tell is not trusted.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "fd.h"
#include "options.h"
#include "serve.h"
#include "show.h"

#include <libvirt/virterror.h>
#include <stddef.h>

/* What libvirt has to say goes with the failure that it belongs to, and not to stderr besides. */
static void keep_quiet(void *user, virErrorPtr error)
{
}

int main(int argc, char **argv)
{
    static int (*const modes[])(const struct options *) = {
        [MODE_SERVE] = serve,
        [MODE_PRINT] = show,
        [MODE_CHECK] = serve_check,
        [MODE_STATUS] = serve_status,
    };
    struct options options;
    int status;

    fd_fill_standard();
    if (!options_parse(argc, argv, &options, &status))
        return status;
    virSetErrorFunc(NULL, keep_quiet);
    return modes[options.mode](&options);
}
