"""A Mailchimp Marketing API 3.0 to test against, on one's own machine.

In a program, `with Simulator() as simulator:` serves `simulator.url` (`http://127.0.0.1:PORT/3.0`) from a background
thread, with `simulator.api_key`, one audience `simulator.list_id` and `simulator.control_url`; on the command line,
`python -m tools.mailchimp_simulator --port 0` prints the same in one line and serves until it is interrupted.

`domain` holds state and rules without HTTP; `api` the routes, from a request to an answer; `edge` the network:
connections, faults, counts, deliveries, control, and the pages of OAuth 2 (`simulator.login_url` + `/oauth2/...`).
Nothing is kinder than the real one; where what the real one does is not certain, the stricter reading is taken and the
docstring of the code that takes it says so.

A million contacts take 0.7 GB and ten seconds to make; all of them are read, 1,000 a page, in half a minute, also by
`last_changed` (measured on two cores, with the fields that a reconciliation needs).

Campaigns and surveys are made by control routes; the API reads them, and deletes campaigns. 50 campaigns to 20,000
contacts with 30 % opens and 5 % clicks take 25 MB and two seconds to make; a page of 1,000 of their rows is answered in
20 ms of computing, the last as fast as the first (measured on two cores).

Control routes, under `/_simulator`; `list_id` is the first audience's unless given, bad input is a 400 `{"error"}`:

POST reset                         no contact was ever there, nothing sent or asked; audiences, fields, tags, webhooks,
                                   key and clock stay
GET, DELETE calls                  {"total", "by_route": {"GET /3.0/lists/{list_id}": n}, "max_concurrent"}
POST, DELETE faults                {"kind", "route"?, "rate"?: 1, "times"?, "seed"?}
                                   kind: 429 500 503_bare timeout timeout_after_effect reset; lost_webhook, without a
                                   route: deliveries that are never sent
POST people/{email}                {"deed", "list_id"?, ...}, deed one of subscribe (merge_fields, interests, language)
                                   confirm change_email (new_email) update_profile consent_to_one_to_one (consents)
                                   unsubscribe (reason) complain hard_bounce: within a campaign where a campaign_id is
                                   given; open (times, ago: seconds) click (url, times, ago) soft_bounce reply
                                   (subject): of the newest that they received unless a campaign_id is given;
                                   answer_survey (answers: {question: value}, survey_id, subscribe); strangers may
                                   subscribe, answer and reply, of which last the API shows nothing
GET  people/{email}?list_id=       {"email", "list_id", "status" (also forgotten, unknown), "standing", "contact_id",
                                   "confirmation_mails"}: how many mails asked this address to confirm; also the answer
                                   to every deed
POST staff/{email}                 {"deed", "list_id"?, ...}, deed one of archive unarchive delete_permanently
                                   edit (merge_fields, interests, language, vip, new_email) tag untag (name)
                                   add_contact (status, merge_fields, tags)
POST campaigns                     {"subject", "list_id"?, "to"?: id or name of a tag, "links"?: [url], "sending"?}:
                                   sent to whoever is subscribed; {"id", "status", "recipients", "emails_sent",
                                   "links": [{"id", "url"}]}. `sending` leaves it unfinished, without a report
POST campaigns/{id}                {"deed"}, one of deliver (count: so many more mails) finish
POST activity                      {"campaigns": n, "opens"?: 0.3, "clicks"?: 0.05, "seed"?}: so many campaigns to
                                   everybody, with shares of them who open and click, in no time, for benchmarks;
                                   {"campaigns": [id], "opens": n, "clicks": n}
POST surveys                       {"title", "questions": [{"query", "type", "options"?, "is_required"?}], "status"?}
                                   type: pickOne pickMany range text email; {"id", "questions": [{"id", "options"}]}
POST conversations                 {"email", "message", "subject"?, "campaign_id"?}: one of the time before the Inbox
POST audiences/{list_id}           {"deed"}, one of lose bring_back: deleted as far as anybody sees, and there again
                                   with everybody in it; {"audiences": [id]}
POST clock                         {"advance": seconds}; moves the time that is written, not that of signatures
GET  webhooks                      {"deliveries": [{"webhook_id", "url", "type", "form", "body", "signature",
                                   "state", "attempts": [{"at", "status", "error"}]}]}
POST oauth/applications            {"redirect_uri", "client_id"?, "client_secret"?}, made up unless given and answered
POST oauth/revoke                  {"token"?}: this token, or all of them, are worth nothing any more; {"revoked": n}
POST contacts                      {"count", "status"?, "list_id"?}: made-up contacts in no time, for benchmarks
"""

from tools.mailchimp_simulator.edge.server import Simulator

__all__ = ["Simulator"]
