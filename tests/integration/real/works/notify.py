"""Messages to servers on the loopback device."""
# SPDX-License-Identifier: LGPL-2.1-or-later

import json

from .work import Work

INTERNET = ("socket(AF_INET)",)


class PostWebhook(Work):
    """A server gets its message."""

    def __init__(self):
        super().__init__("notify/post-webhook", does=(("started", "begin"),), undoes=(),
                         refused=INTERNET)

    def arrange(self, host):
        port = host.serve("http")
        host.setting("webhook.conf", f"webhook=http://localhost:{port}/rooms/hosts\n")

    def has_effect(self, host):
        return any(request.startswith("POST /rooms/hosts")
                   and json.loads(request.splitlines()[-1])["text"] == "web has started"
                   for request in host.served("http"))


class MailOperator(Work):
    """The name of the server is looked up in /etc/hosts."""

    def __init__(self):
        super().__init__("notify/mail-operator", does=(("release", "end"),), undoes=(),
                         refused=INTERNET)

    def arrange(self, host):
        host.serve("smtp", 2525)
        host.add_line("/etc/hosts", "127.0.0.1 mailhost")

    def has_effect(self, host):
        return any("Subject: web was released" in mail and "6695eb01-f6a4" in mail
                   for mail in host.served("smtp"))


WORKS = (PostWebhook, MailOperator)
