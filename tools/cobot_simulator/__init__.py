"""A Cobot to test against, on one's own machine: spaces, members, subscriptions and OAuth.

In a program, `with CobotSimulator() as cobot:` serves `cobot.url` from a background thread; on the command line,
`python -m tools.cobot_simulator --port 0` prints where it listens and serves until it is interrupted. The real one has
a host for each space, `https://beehive.cobot.me`; here a space is a path, `http://127.0.0.1:PORT/beehive`.

Nothing is kinder than the real one, as far as cobot/FACTS tells: 6 readings of memberships a minute and space, pointers
instead of data, 10 retries over 20 hours, no signature. What it does not tell is left out, or taken strictly.

The API, under `/{space}`: GET /api/memberships and /api/memberships/{id}, POST and GET /api/subscriptions, DELETE on a
subscription's URL. OAuth: GET /oauth/authorize (the admin agrees at once, unless told otherwise), POST
/oauth/access_token; the only client is `accord` with the secret `hush`.

Control routes, under `/_simulator`; bad input is a 400 `{"error"}`:

POST spaces                 {"space"} -> {"space", "url", "token"}: a new space, and a token of its admin
POST spaces/{space}/members {"name", "email"?, "phone"?, "plan"?, "address"?, "custom_fields"?: {label: value}}: joins
POST spaces/{space}/members/{id}  {"deed", ...}, deed one of confirm, connect_user (email), update_user (email),
                            change_plan (plan), update (name, email, phone, address), set_fields (fields),
                            cancel (canceled_to), uncancel, end, delete; the membership is the answer
POST spaces/{space}/revoke  the admin's tokens hold no more
POST pace                   {"per_minute": n or null}: null lifts the limit
POST clock                  {"advance": seconds}
POST admin                  {"agrees": bool}: what the admin answers to those who ask for access
GET, DELETE calls           {"total", "refused", "by_route"}
GET deliveries              {"deliveries": [{"event", "callback_url", "body", "state", "attempts"}]}
"""

from tools.cobot_simulator.server import CobotSimulator

__all__ = ["CobotSimulator"]
