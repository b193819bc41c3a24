"""Given names and family names, by where a family came from, as a town of today has them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from curbledger.demo.dice import Odds

if TYPE_CHECKING:
    from curbledger.demo.dice import Dice


class Origin(NamedTuple):
    """Names that go together."""

    weight: int
    women: tuple[str, ...]
    men: tuple[str, ...]
    families: tuple[str, ...]


class Name(NamedTuple):
    """What somebody is called."""

    salutation: str | None
    first: str
    middle: str | None
    last: str


def _origin(weight: int, women: str, men: str, families: str) -> Origin:
    return Origin(weight, tuple(women.split()), tuple(men.split()), tuple(families.split()))


ORIGINS = (
    _origin(
        30,
        """Abigail Alice Brenda Caitlin Charlotte Claire Deborah Eleanor Emily Fiona Gillian Grace Hannah Heather
        Isabel Joan Kathleen Laura Margaret Megan Nora Olivia Paula Rachel Sarah Tessa Una Victoria Wendy Zoe""",
        """Aaron Alan Brian Callum Craig Daniel Derek Edward Ewan Francis Geoffrey Graham Henry Ian Jacob James Keith
        Liam Malcolm Nathan Oliver Owen Patrick Peter Quentin Robert Scott Stuart Thomas William""",
        """Abbott Aldridge Barlow Bennett Blackwood Brennan Callahan Carmichael Chisholm Crowe Dalton Doherty Drummond
        Ellsworth Fairbairn Fenwick Fitzgerald Galbraith Gibbons Hadley Hargreaves Holloway Ingram Jamieson Keating
        Kirkpatrick Langley Lockhart MacAllister MacNeil McGrath McTavish Merriweather Norwood O'Brien O'Hara Paxton
        Pemberton Quigley Ramsay Redmond Rutherford Sinclair Stanhope Tanner Thornbury Underhill Wainwright Whitaker
        Yardley""",
    ),
    _origin(
        18,
        """Adèle Amélie Anaïs Béatrice Camille Catherine Céline Chloé Élodie Émilie Françoise Gabrielle Geneviève Hélène
        Josée Laurence Maëlle Mireille Noémie Océane Rosalie Sandrine Solène Thérèse Zoé""",
        """Alexis André Benoît Cédric Dominic Édouard Étienne Félix François Frédéric Gaétan Guillaume Hugo Jérôme
        Julien Loïc Ludovic Marc-André Mathieu Olivier Pascal Rémi Sébastien Tristan Yves""",
        """Archambault Beauchemin Bélanger Bergeron Bissonnette Boisvert Bouchard Charbonneau Chénier Côté Desrosiers
        Dufresne Émond Forget Gagné Gauthier Gélinas Giroux Hébert Lachapelle Laflamme Lafrenière Lavallée Léveillé
        Marcoux Ménard Ouellette Paquin Pépin Préfontaine Quévillon Robitaille Séguin Thériault Trépanier Villeneuve""",
    ),
    _origin(
        9,
        "Aanya Amrit Anjali Deepa Gurleen Harpreet Ishita Jasleen Kavya Meera Navneet Neha Pooja Priya Simran",
        "Aditya Amandeep Arjun Baljit Gurpreet Harjot Jaspreet Karan Manpreet Nikhil Rajan Rohan Sandeep Vikram Vivek",
        "Ahluwalia Bains Banerjee Chaudhary Dhaliwal Gill Grewal Iyer Kapoor Mehta Nair Patel Sandhu Sharma Sidhu",
    ),
    _origin(
        8,
        "Bao-Yi Hui-Min Jia Jing Li-Na Mei-Ling Qing Shu-Fen Wei Xiaoling Xinyi Yan Yi-Ting Ying Yun",
        "Bo-Wen Chen-Yu Guang Hao Jian Jun Kai-Wen Lei Ming Rong Shan Tao Wei-Lun Yong Zhi-Hao",
        "Chan Cheung Fong Guo Huang Kwan Lam Leung Ng Qiu Tsang Wong Xu Yip Zhou",
    ),
    _origin(
        6,
        "Amina Aya Dina Farah Hanan Huda Iman Leila Lubna Maryam Nadia Rania Salma Yasmin Zeinab",
        "Adnan Bilal Fadi Faisal Hassan Ibrahim Jamal Karim Khalil Marwan Nabil Omar Samir Tariq Yusuf",
        "Abboud Aziz Barakat Daoud El-Masri Fakhoury Ghanem Haddad Jaber Khoury Mansour Najjar Qassem Saleh Zahran",
    ),
    _origin(
        6,
        "Abena Adaeze Akosua Amara Chiamaka Efua Folake Ifeoma Kemi Ngozi Nkechi Wambui Yetunde Zainab Zola",
        "Babatunde Chidi Emeka Femi Kofi Kwabena Kwame Obinna Oluwaseun Sipho Tendai Thabo Tunde Uche Yaw",
        "Abiodun Achebe Adeyemi Afolabi Asante Boateng Dlamini Eze Kamau Mensah Mwangi Nwosu Okafor Osei Owusu",
    ),
    _origin(
        5,
        "Alejandra Beatriz Carmen Catalina Daniela Elena Fernanda Graciela Inés Jimena Lucía Marisol Paloma Ximena",
        "Álvaro Andrés Diego Emilio Esteban Gonzalo Hernán Ignacio Joaquín Luis Mateo Nicolás Óscar Ramón Tomás",
        "Aguilar Benítez Cárdenas Domínguez Escobar Figueroa Guzmán Ibáñez Núñez Ortega Peña Quiñones Rojas Zúñiga",
    ),
    _origin(
        5,
        "Agnieszka Bożena Daria Elżbieta Halyna Iryna Jana Kateřina Małgorzata Oksana Renata Svitlana Zofia Žofie",
        "Andriy Bohdan Dmytro Jiří Krzysztof Łukasz Marek Mykola Petro Stanisław Tomáš Vasyl Zdeněk",
        "Bondarenko Dvořák Hrycenko Jabłoński Kowalczyk Kravets Lewandowicz Melnyk Novotný Pavlenko Šimek Tkach Wójcik",
    ),
    _origin(
        4,
        "Bích Diệu Hạnh Hương Lan Linh Mai Ngọc Phương Quỳnh Thảo Trang Uyên Vy Xuân",
        "An Bảo Đức Dũng Hải Hiếu Khoa Long Minh Nam Phúc Quang Sơn Tuấn Việt",
        "Bùi Đặng Đinh Dương Hồ Lý Ngô Nguyễn Phạm Phan Trần Trịnh Võ Vũ",
    ),
    _origin(
        3,
        "Analyn Corazon Divina Fe Imelda Jovelyn Ligaya Marites Rosalinda Tala",
        "Arnel Benjie Crisanto Dante Efren Jomar Lito Nestor Rodel Rommel",
        "Bautista Cabrera Dimaculangan Evangelista Macaraeg Magbanua Panganiban Salonga Tolentino Villanueva",
    ),
    _origin(
        3,
        "Annika Astrid Elin Freja Greta Ingrid Katrin Liesel Maren Saskia Sigrid Ulrike",
        "Anders Björn Dieter Gunnar Jürgen Klaus Lars Magnus Matthias Niels Søren Willem",
        "Bergström Brandt Dijkstra Engström Håkansson Jørgensen Köhler Lindqvist Müller Nygård Schäfer Vandenberg",
    ),
    _origin(
        3,
        "Adriana Bianca Chiara Donatella Eleni Francesca Giulia Ioana Kalliopi Lucia Ottavia Rosaria Silvana Sofia",
        "Alessio Bruno Carlo Dimitrios Enzo Fabrizio Giancarlo Luca Marco Nikos Pasquale Radu Salvatore Stavros",
        "Bellucci Carbone D'Angelo Esposito Ferraro Ionescu Lombardi Marchetti Papadakis Ricciardi Santoro Vasilakis",
    ),
)
_ODDS = Odds.of(ORIGINS, lambda origin: origin.weight)


def pick_origin(dice: Dice) -> Origin:
    """Where a family comes from."""
    return dice.draw(_ODDS)


def name_somebody(dice: Dice, origin: Origin) -> Name:
    """A name; now and then the family's comes from elsewhere."""
    woman = dice.happens(0.5)
    given = origin.women if woman else origin.men
    family = pick_origin(dice) if dice.happens(0.08) else origin
    last = dice.choice(family.families)
    if dice.happens(0.03):
        last = f"{last}-{dice.choice(origin.families)}"
    return Name(
        salutation=_salutation(dice, woman=woman),
        first=dice.choice(given),
        middle=dice.choice(given) if dice.happens(0.2) else None,
        last=last,
    )


def _salutation(dice: Dice, *, woman: bool) -> str | None:
    if dice.happens(0.5):
        return None
    if dice.happens(0.07):
        return dice.one_of(("Dr.", "Prof.", "Mx."))
    return dice.one_of(("Ms.", "Ms.", "Mrs.")) if woman else "Mr."
