/*
 * The configuration put in force, at start and at reload: read, prepared, checked, and only then
 * taken. Helper.
 *
 * SPDX-License-Identifier: LGPL-2.1-or-later
 */
#include "cleanup.h"
#include "listen.h"
#include "state.h"

#include <stdio.h>
#include <string.h>

/* The log stays open over a reload: what was said of it at start holds until the next. */
static int refuse_restart(const struct helper *helper, const struct config *config,
                          char **ret_error)
{
    const struct config *running = helper->config;

    if (strcmp(config->audit, running->audit) == 0 && config->audit_kept == running->audit_kept)
        return 0;
    if (asprintf(ret_error,
                 "%s: audit and audit_kept hold from the helper's start on: restart needed",
                 helper->options.config) < 0)
        return -ENOMEM;
    return CONFIG_E_REFUSED;
}

static const char *hooks_of(const struct helper *helper, const struct config *config)
{
    return helper->options.hooks ? helper->options.hooks : config->hooks;
}

static int prepare(const struct helper *helper, const struct config *config,
                   struct sandbox_list *ret_sandboxes, char **ret_error)
{
    struct sandbox_host host = helper->host;
    int r;

    host.log = helper->options.audit ? helper->options.audit : config->audit;
    r = sandboxes_prepare(&host, config, hooks_of(helper, config), ret_sandboxes, ret_error);
    return r > 0 ? CONFIG_E_REFUSED : r;
}

static void take(struct helper *helper, struct config *config, struct sandbox_list *sandboxes)
{
    if (helper->config != config)
        config_free(helper->config);
    sandboxes_clear(&helper->sandboxes);
    helper->config = config;
    helper->sandboxes = *sandboxes;
    helper->orders[CLASS_HOOK].slots = config->running_max;
    helper->orders[CLASS_EVENT].slots = config->events_max;
}

int helper_load(struct helper *helper, char **ret_error)
{
    return config_load(helper->options.config, helper->options.config_given, &helper->config,
                       ret_error);
}

int helper_prepare(struct helper *helper, char **ret_error)
{
    struct sandbox_list sandboxes;
    int r = prepare(helper, helper->config, &sandboxes, ret_error);

    if (r == 0)
        take(helper, helper->config, &sandboxes);
    return r;
}

static int load_anew(struct helper *helper, char **ret_error)
{
    struct sandbox_list sandboxes;
    struct config *config;
    int r = config_load(helper->options.config, helper->options.config_given, &config, ret_error);

    if (r != 0)
        return r;
    r = refuse_restart(helper, config, ret_error);
    if (r == 0)
        r = prepare(helper, config, &sandboxes, ret_error);
    if (r != 0) {
        config_free(config);
        return r;
    }
    take(helper, config, &sandboxes);
    return 0;
}

int helper_reload(struct helper *helper, char **ret_error)
{
    int r = load_anew(helper, ret_error);

    if (r != 0)
        return r;
    listen_publish_policy(helper);
    for (size_t i = 0; i < sizeof(helper->orders) / sizeof(helper->orders[0]); i++)
        order_pump(&helper->orders[i]);
    return 0;
}
