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

static const char *hooks_of(const struct helper *helper, const struct config *config)
{
    return helper->options.hooks ? helper->options.hooks : config->hooks;
}

/* Whether clients are told something else than before by a hello. */
static bool changes_hello(const struct helper *helper, const struct config *config)
{
    const struct config *running = helper->config;

    return !failure_policy_is(&config->failure, &running->failure) ||
           strcmp(hooks_of(helper, config), hooks_of(helper, running)) != 0 ||
           config->deadline_ms != running->deadline_ms || config->stdin_max != running->stdin_max ||
           config->calls_max != running->calls_max;
}

/*
 * What was opened at start stays as it is: the log, the space of guests' /tmp and, where the
 * helper may no longer write it, the copy of the hello beside the socket.
 */
static const char *find_lasting(const struct helper *helper, const struct config *config)
{
    const struct config *running = helper->config;

    if (strcmp(config->audit, running->audit) != 0 || config->audit_kept != running->audit_kept)
        return "audit and audit_kept hold";
    if (strcmp(config->guest_tmp, running->guest_tmp) != 0)
        return "guest_tmp holds";
    if (helper->privilege.user && helper->listeners && changes_hello(helper, config))
        return "the failure policy, hooks, deadline, stdin_max and calls_max, of which clients "
               "find a "
               "copy that is root's, hold";
    return NULL;
}

static int refuse_restart(const struct helper *helper, const struct config *config,
                          char **ret_error)
{
    const char *lasting = find_lasting(helper, config);

    if (!lasting)
        return privilege_check(helper, config, ret_error);
    if (asprintf(ret_error, "%s: %s from the helper's start on: restart needed",
                 helper->options.config, lasting) < 0)
        return -ENOMEM;
    return CONFIG_E_REFUSED;
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
    copies_choose(&helper->copies, COPIES_JOURNAL, config->audit_journal);
    copies_choose(&helper->copies, COPIES_SYSLOG, config->audit_syslog);
    if (helper->audit)
        audit_rotate_at(helper->audit, config->audit_size, config->audit_files);
}

static int load(const struct helper *helper, struct config **ret_config, char **ret_error)
{
    return config_load(helper->options.config, helper->options.config_given,
                       helper->host.session ? geteuid() : 0, ret_config, ret_error);
}

int helper_load(struct helper *helper, char **ret_error)
{
    return load(helper, &helper->config, ret_error);
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
    int r = load(helper, &config, ret_error);

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
    /* Where it may no longer be written, nothing of it has changed. */
    if (!helper->privilege.user)
        listen_publish_policy(helper);
    for (size_t i = 0; i < sizeof(helper->orders) / sizeof(helper->orders[0]); i++)
        order_pump(&helper->orders[i]);
    return 0;
}
