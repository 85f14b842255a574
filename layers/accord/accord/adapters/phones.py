"""Phone numbers in the form that a Mailchimp field for US numbers takes."""


def us_phone(text: str) -> str | None:
    """`(NPA) NXX-XXXX` for a valid number of the United States, with or without +1; None for any other.

    An extension is left out: the form has no place for it.
    """
    text = text.strip()
    if text.startswith("+") and not text.startswith("+1"):
        return None
    import phonenumbers  # noqa: PLC0415  50 ms and some MB, for the few audiences with a field for US numbers

    try:
        number = phonenumbers.parse(text, "US")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number_for_region(number, "US"):
        return None
    digits = str(number.national_number)
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"
