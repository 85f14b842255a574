"""How a person answers a survey, in the audience or not."""

from tools.mailchimp_simulator.domain.addresses import checked
from tools.mailchimp_simulator.domain.audience import Audience
from tools.mailchimp_simulator.domain.body import Body, read
from tools.mailchimp_simulator.domain.deed import Deed, Impossible
from tools.mailchimp_simulator.domain.feed import Item
from tools.mailchimp_simulator.domain.ids import short_id
from tools.mailchimp_simulator.domain.surveys import Familiarity, Kind, Response, Survey, answers_of


def answering(subscribe: Deed) -> Deed:
    """The deed `answer_survey`, which may end with a sign-up, for which there is a deed already."""

    def answer(audience: Audience, email: str, body: Body, now: int) -> None:
        """`survey_id` (the newest unless given), `answers` by question, `subscribe`: whether they tick that box.

        A stranger who does not tick it becomes no contact (uncertain; the reading that leaves the work to the
        caller): the response shows the address that they gave, and nobody when the survey asks for none.
        """
        survey = _asked(audience, body)
        given = dict(read(body, "answers", dict, {}))
        for question in survey.questions:
            if question.kind is Kind.EMAIL and not {question.id, question.query} & given.keys():
                given[question.id] = checked(email)
        answers = answers_of(survey, given)
        contact, familiarity = audience.of_email(email), Familiarity.KNOWN
        if contact is None:
            familiarity = Familiarity.UNKNOWN
            if read(body, "subscribe", bool, False):
                if not survey.asks_for_email:
                    raise Impossible("one can sign up by a survey that asks for an email only")
                subscribe(audience, email, {}, now)
                contact, familiarity = audience.of_email(email), Familiarity.NEW
        shown = contact.email if contact else (email if survey.asks_for_email else "")
        survey.responses.append(Response(short_id(), now, contact, shown, familiarity, answers))
        if contact:
            details = {"survey_id": survey.id, "survey_title": survey.title}
            contact.put("feed", [*contact.get("feed", []), Item(now, "survey_response", details=details)])

    return answer


def _asked(audience: Audience, body: Body) -> Survey:
    survey_id = read(body, "survey_id", str, "")
    open_ones = [survey for survey in audience.surveys.values() if survey.status == "published"]
    found = [survey for survey in open_ones if survey_id in ("", survey.id)]
    if not found:
        raise Impossible(f"{survey_id or 'no survey'} is a published survey of the audience {audience.id}")
    return found[-1]
