"""A tenant's own identity provider (统一登录): its staff log in where they log in for everything else at work.

The provider speaks OpenID Connect and is run by the tenant; the platform is its client. What it says is who logged in
there (``sub``), and nothing more: roles are given here. A **link** (绑定) says which staff member a subject of the provider
is. It is made by the staff member himself, at his first log-in by the provider, by showing his password and second factor
once more; no account is made out of what a provider says, and no e-mail address is believed. A **flow** is one log-in on
its way through a browser.

Settings are a draft until a log-in by them was tried; changing who the provider is makes them a draft again. While they are in
force a tenant may do without passwords, except whoever manages its staff: he must get in when the provider is down.
"""
