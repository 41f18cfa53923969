"""Returned mail as Postfix, Exim, Exchange and Gmail send it, about a message of ours."""

from __future__ import annotations

import uuid

ID = "<7D1E2A.1763880001@mail.example.net>"


def report(delivery, status, *, head="", message_id=ID, returned=None, kind="text/rfc822-headers"):
    """A multipart/report as RFC 3462 describes it, in the order: words, status, what came back."""
    if returned is None:
        returned = headers(delivery)
    boundary = f"b-{uuid.uuid4().hex}"
    return f"""\
Return-Path: <>
Date: Mon, 23 Nov 2026 06:00:00 +0000 (UTC)
From: MAILER-DAEMON@mail.example.net (Mail Delivery System)
Subject: Undelivered Mail Returned to Sender
To: bounces@booking.example.org
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status;
\tboundary="{boundary}"
Message-Id: {message_id}
{head}
This is a MIME-encapsulated message.

--{boundary}
Content-Description: Notification
Content-Type: text/plain; charset=utf-8

I'm sorry to have to inform you that your message could not be delivered.

--{boundary}
Content-Description: Delivery report
Content-Type: message/delivery-status

{status}
--{boundary}
Content-Description: Undelivered Message
Content-Type: {kind}

{returned}
--{boundary}--
""".replace("\n", "\r\n").encode()


def headers(delivery):
    return f"""\
Return-Path: <bounces@booking.example.org>
Received: from booking.example.org (booking.example.org [192.0.2.1])
\tby mail.example.net (Postfix) with ESMTPS id 7D1E2A
Subject: Confirmation
From: Atelier <bookings@booking.example.org>
To: {delivery.recipient}
Message-ID: {delivery.message_id}
Auto-Submitted: auto-generated
"""


def postfix(delivery, *, action="failed", status="5.1.1", **more):
    return report(
        delivery,
        f"""\
Reporting-MTA: dns; mail.example.net
X-Postfix-Queue-ID: 7D1E2A
X-Postfix-Sender: rfc822; bounces@booking.example.org
Arrival-Date: Mon, 23 Nov 2026 05:59:58 +0000 (UTC)

Final-Recipient: rfc822; {delivery.recipient}
Original-Recipient: rfc822;{delivery.recipient}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.example.com
Diagnostic-Code: smtp; {status.replace(".", "")[:1]}50 {status} <{delivery.recipient}>: no such user
    here, whatever is tried
""",
        **more,
    )


def exim(delivery, **more):
    """Exim returns the whole message and names the failed recipients in a header of its own."""
    return report(
        delivery,
        f"""\
Reporting-MTA: dns; mail.example.net

Action: failed
Final-Recipient: rfc822;{delivery.recipient}
Status: 5.0.0
Remote-MTA: dns; mx.example.com
Diagnostic-Code: smtp; 550 5.1.1 <{delivery.recipient}>: no such user
""",
        head=f"X-Failed-Recipients: {delivery.recipient}\n",
        kind="message/rfc822",
        returned=headers(delivery)
        + "MIME-Version: 1.0\nContent-Type: text/plain\n\nYour booking is confirmed.\n",
        **more,
    )


def exchange(delivery, **more):
    """Exchange Online; the report answers to our Message-ID as well."""
    return report(
        delivery,
        f"""\
Reporting-MTA: dns;AM0PR01MB0001.eurprd01.prod.exchangelabs.com
Received-From-MTA: dns;booking.example.org
Arrival-Date: Mon, 23 Nov 2026 05:59:58 +0000

Final-Recipient: rfc822;{delivery.recipient}
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; no such user
""",
        head=f"References: {delivery.message_id}\nIn-Reply-To: {delivery.message_id}\n"
        "X-MS-Exchange-Message-Is-Ndr:\n",
        kind="message/rfc822",
        **more,
    )


def gmail(delivery, **more):
    return report(
        delivery,
        f"""\
Reporting-MTA: dns; googlemail.com
Received-From-MTA: dns; bounces@booking.example.org
Arrival-Date: Sun, 22 Nov 2026 21:59:58 -0800 (PST)
X-Original-Message-ID: {delivery.message_id}

Final-Recipient: rfc822; {delivery.recipient}
Action: failed
Status: 5.1.1
Remote-MTA: dns; gmail-smtp-in.l.google.com. (142.250.0.1, the server for the domain.)
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist: no such user
 550 5.1.1 https://support.google.com/mail/?p=NoSuchUser - gsmtp
Last-Attempt-Date: Sun, 22 Nov 2026 22:00:00 -0800 (PST)
""",
        head=f"X-Failed-Recipients: {delivery.recipient}\nIn-Reply-To: {delivery.message_id}\n"
        f"References: {delivery.message_id}\n",
        kind="message/rfc822",
        **more,
    )


def old_exim(delivery, **_more):
    """Before Exim knew RFC 3464: words only, and the returned message among them."""
    return f"""\
Return-path: <>
From: Mail Delivery System <Mailer-Daemon@mail.example.net>
To: bounces@booking.example.org
X-Failed-Recipients: {delivery.recipient}
Auto-Submitted: auto-replied
Subject: Mail delivery failed: returning message to sender
Message-Id: {ID}
Date: Mon, 23 Nov 2026 06:00:00 +0000

This message was created automatically by mail delivery software.

  {delivery.recipient}
    no such user

------ This is a copy of the message, including all the headers. ------

{headers(delivery)}
Your booking is confirmed.
""".encode()


def utf8(delivery, **more):
    """RFC 6533, for addresses beyond ASCII."""
    body = postfix(delivery, **more).replace(b"message/delivery-status", b"message/global-delivery-status")
    return body.replace(b"text/rfc822-headers", b"message/global-headers")


def out_of_office(delivery):
    return f"""\
From: {delivery.recipient}
To: bounces@booking.example.org
Subject: Out of office
In-Reply-To: {delivery.message_id}
Auto-Submitted: auto-replied
Message-Id: {ID}

I am away.
""".encode()
