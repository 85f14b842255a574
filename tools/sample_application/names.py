"""Who the sample members are: the names, streets and towns of eight countries."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Country:
    """What a member from there looks like. `phone` is a range that its regulator keeps for fiction, or empty."""

    code: str
    language: str
    domain: str
    first_names: tuple[str, ...]
    last_names: tuple[str, ...]
    streets: tuple[str, ...]
    towns: tuple[tuple[str, str], ...]
    phone: str = ""


def _country(
    code: str, language: str, domain: str, first: str, last: str, streets: str, towns: str, phone: str = ""
) -> Country:
    places = tuple((town.partition("|")[0], town.partition("|")[2]) for town in towns.split(", "))
    return Country(
        code, language, domain, tuple(first.split()), tuple(last.split(", ")), tuple(streets.split(", ")), places, phone
    )


COUNTRIES = (
    _country(
        "FR",
        "fr",
        "membres.test",
        "Anna Léa Chloé Zoé Inès Margaux Aïcha Solène Hugo Théo Léo Noël Rémi Gaël Mathéo Jean-Baptiste",
        "Duval, Lefèvre, Müller-Roche, de La Tour, Benâli, Girard, Ferré, N'Diaye, Le Goff, Châtelain, Petit, Marchand",
        "rue de la Paix, avenue des Tilleuls, quai de l'Île, impasse du Moulin, boulevard Émile-Zola",
        "Paris|75002, Lyon|69007, Nantes|44000, Strasbourg|67000, Besançon|25000, Saint-Étienne|42000",
        "+336399800",
    ),
    _country(
        "DE",
        "de",
        "mitglieder.test",
        "Jürgen Käthe Lena Björn Sören Anke Mia Özlem Finn Hannah Götz Frieda Lukas Emre",
        "Müller, Schröder, Weiß, Größl, von Bülow, Yılmaz, Köhler, Böhm, Krause, Lindqvist-Maier",
        "Hauptstraße, Am Mühlgraben, Lindenallee, Schloßplatz, Gänsemarkt",
        "Berlin|10115, München|80331, Köln|50667, Leipzig|04109, Görlitz|02826",
    ),
    _country(
        "ES",
        "es",
        "socios.test",
        "Lucía Íñigo Begoña Martín Sofía Álvaro Inés Joaquín Nuria Xavier Noelia Ramón",
        "García López, Muñoz, Ibáñez, Núñez Ortega, Peña, Sánchez-Mira, Echeverría, Puig",
        "Calle Mayor, Plaza de España, Carrer del Pi, Avenida del Río",
        "Madrid|28013, Sevilla|41001, Logroño|26001, A Coruña|15001, Cádiz|11005",
    ),
    _country(
        "IT",
        "it",
        "soci.test",
        "Chiara Niccolò Giulia Matteo Elìa Beatrice Ludovica Pietro Noè Alessia",
        "Rossi, D'Angelo, Colò, Esposito, De Santis, Bianchi, Nicolò, Fabbri",
        "Via Garibaldi, Piazza della Libertà, Viale dei Mille, Vicolo Stretto",
        "Roma|00184, Torino|10121, Forlì|47121, Bologna|40121, Cefalù|90015",
    ),
    _country(
        "PL",
        "pl",
        "czlonkowie.test",
        "Zofia Łukasz Małgorzata Jędrzej Wiśka Grażyna Kacper Żaneta Paweł Agnieszka",
        "Wiśniewska, Kowalczyk, Dąbrowski, Zając, Łoś, Świątek, Brzęczyszczykiewicz, Nowak",
        "ulica Długa, aleja Róż, plac Wolności, ulica Świętego Jana",
        "Warszawa|00-001, Kraków|31-004, Łódź|90-001, Gdańsk|80-001, Wrocław|50-001",
    ),
    _country(
        "GB",
        "en",
        "members.test",
        "Olivia Siân George Niamh Eilidh Rhys Priya Amelia Kwame Harriet Oscar Freya",
        "O'Connor, Smith, Llewellyn, Patel, Fotheringay-Jones, MacAulay, Okafor, Brontë",
        "High Street, Mill Lane, The Crescent, Station Road, Cobbler's Yard",
        "London|E1 6AN, Leeds|LS1 4DY, Cardiff|CF10 1EP, Edinburgh|EH1 1YZ, Derry|BT48 6HQ",
        "+447700900",
    ),
    _country(
        "SE",
        "sv",
        "medlemmar.test",
        "Åsa Örjan Märta Björn Linnéa Göran Saga Nils Elin Ödgärd",
        "Åkesson, Sjöberg, Öberg, Lindström, Hägg, Nyström, af Ugglas",
        "Storgatan, Björkvägen, Kungsgatan, Ängstigen",
        "Stockholm|111 29, Göteborg|411 03, Malmö|211 19, Luleå|972 31, Ängelholm|262 62",
    ),
    _country(
        "NL",
        "nl",
        "leden.test",
        "Sanne Daniël Fleur Joost Noémi Bram Zoë Maarten Iris Jip",
        "de Vries, van den Berg, 't Hooft, IJsbrandsz, Jansen, ter Beek, Coöperman",
        "Kerkstraat, Prinsengracht, 's-Gravenweg, Molenpad",
        "Amsterdam|1015 CJ, Utrecht|3511 AB, 's-Hertogenbosch|5211 AA, Groningen|9711 LM",
    ),
)
