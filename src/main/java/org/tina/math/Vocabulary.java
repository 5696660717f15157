package org.tina.math;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/** The words and signs that answers are made of, and which of them mean the same. */
final class Vocabulary {
    /** Functions of one argument that need no brackets around it. */
    static final Set<String> FUNCTIONS =
            Set.of(
                    "sin", "cos", "tan", "cot", "sec", "csc", "arcsin", "arccos", "arctan",
                    "arccot", "arcsec", "arccsc", "sinh", "cosh", "tanh", "coth", "arcsinh",
                    "arccosh", "arctanh", "log", "ln", "lg", "exp", "gcd", "lcm", "max", "min",
                    "det", "floor", "ceil", "arg", "Re", "Im", "abs");

    private static final Set<String> CONSTRUCTS =
            Set.of(
                    "frac",
                    "sqrt",
                    "binom",
                    "choose",
                    "sum",
                    "prod",
                    "over",
                    "overline",
                    "accent",
                    "setN",
                    "setZ",
                    "setQ",
                    "setR",
                    "setC",
                    "setP",
                    "emptyset",
                    "int",
                    "lim",
                    "pmod");

    private static final String[] GREEK = {
        "alpha",
        "beta",
        "gamma",
        "Gamma",
        "delta",
        "Delta",
        "epsilon",
        "zeta",
        "eta",
        "theta",
        "Theta",
        "iota",
        "kappa",
        "lambda",
        "Lambda",
        "mu",
        "nu",
        "xi",
        "Xi",
        "pi",
        "Pi",
        "rho",
        "sigma",
        "Sigma",
        "tau",
        "upsilon",
        "phi",
        "Phi",
        "chi",
        "psi",
        "Psi",
        "omega",
        "Omega",
        "infty",
        "ell",
        "hbar",
        "nabla",
        "partial",
        "angle",
        "triangle",
        "square",
        "star",
        "prime",
        "aleph",
        "wp"
    };

    private static final Map<String, String> COMMANDS = new HashMap<>();
    private static final Map<String, String> WORDS = new HashMap<>();
    private static final Map<Character, String> SIGNS = new HashMap<>();
    private static final Set<String> SYMBOLS = Set.of(GREEK);

    private static final Set<String> UNITS =
            Set.of(
                    // lengths, areas, volumes, weights
                    "m",
                    "cm",
                    "mm",
                    "km",
                    "dm",
                    "nm",
                    "ft",
                    "foot",
                    "feet",
                    "inch",
                    "inches",
                    "yd",
                    "yard",
                    "yards",
                    "mile",
                    "miles",
                    "mi",
                    "meter",
                    "meters",
                    "metre",
                    "metres",
                    "centimeter",
                    "centimeters",
                    "kilometer",
                    "kilometers",
                    "acre",
                    "acres",
                    "hectare",
                    "hectares",
                    "liter",
                    "liters",
                    "litre",
                    "litres",
                    "L",
                    "ml",
                    "mL",
                    "gallon",
                    "gallons",
                    "cc",
                    "g",
                    "kg",
                    "mg",
                    "gram",
                    "grams",
                    "kilogram",
                    "kilograms",
                    "lb",
                    "lbs",
                    "pound",
                    "pounds",
                    "ounce",
                    "ounces",
                    "oz",
                    "ton",
                    "tons",
                    "sq",
                    "square",
                    "cubic",
                    // times and speeds
                    "s",
                    "sec",
                    "second",
                    "seconds",
                    "min",
                    "minute",
                    "minutes",
                    "h",
                    "hr",
                    "hrs",
                    "hour",
                    "hours",
                    "day",
                    "days",
                    "week",
                    "weeks",
                    "month",
                    "months",
                    "year",
                    "years",
                    "yr",
                    "yrs",
                    "mph",
                    "kmph",
                    "kmh",
                    "per",
                    "am",
                    "pm",
                    // angles, money, counts, physics
                    "degree",
                    "degrees",
                    "deg",
                    "rad",
                    "radians",
                    "radian",
                    "dollar",
                    "dollars",
                    "cent",
                    "cents",
                    "euro",
                    "euros",
                    "rupees",
                    "yuan",
                    "unit",
                    "units",
                    "point",
                    "points",
                    "digit",
                    "digits",
                    "people",
                    "person",
                    "men",
                    "women",
                    "students",
                    "student",
                    "ways",
                    "way",
                    "times",
                    "apples",
                    "coins",
                    "marbles",
                    "books",
                    "J",
                    "kJ",
                    "N",
                    "W",
                    "kW",
                    "V",
                    "K",
                    "Hz",
                    "eV",
                    "mol",
                    "Pa",
                    "ohm",
                    "ohms",
                    "erg",
                    "ergs",
                    "AA",
                    "pc",
                    "kpc",
                    "Mpc");

    static {
        for (String name : GREEK) {
            COMMANDS.put(name, name);
        }
        same("epsilon", "varepsilon");
        same("phi", "varphi");
        same("theta", "vartheta");
        same("rho", "varrho");
        same("sigma", "varsigma");
        same("pi", "varpi");
        for (String name : FUNCTIONS) {
            COMMANDS.put(name, name);
            WORDS.put(name, name);
        }
        WORDS.remove("Re");
        WORDS.remove("Im");
        WORDS.remove("det");
        WORDS.remove("min"); // minutes
        WORDS.remove("arg");
        for (String name : CONSTRUCTS) {
            COMMANDS.put(name, name);
        }
        same("frac", "dfrac", "tfrac", "cfrac");
        same("binom", "dbinom", "tbinom");
        same("emptyset", "varnothing");
        same(
                "accent",
                "hat",
                "widehat",
                "tilde",
                "widetilde",
                "vec",
                "bar",
                "overrightarrow",
                "dot",
                "ddot",
                "mathcal",
                "mathfrak",
                "mathscr");
        same("arcsinh", "arsinh");
        same("arccosh", "arcosh");
        same("arctanh", "artanh");
        same("pmod", "pmod", "bmod", "mod");
        same("int", "iint", "oint");
        same("(", "lparen", "lgroup");
        same(")", "rparen", "rgroup");
        same("[", "lbrack");
        same("]", "rbrack");
        same("|", "lvert", "rvert", "vert", "mid", "lVert", "rVert", "Vert");

        for (String bracket :
                new String[] {"langle", "rangle", "lfloor", "rfloor", "lceil", "rceil"}) {
            same(bracket, bracket);
        }
        same("*", "times", "cdot", "ast", "bullet");
        same("/", "div");
        same("^", "caret");
        same("+-", "pm");
        same("-+", "mp");
        same("=", "equiv", "coloneqq");
        same("approx", "approx", "simeq", "cong", "sim");
        same("<", "lt");
        same(">", "gt");
        same("<=", "le", "leq", "leqslant", "leqq");
        same(">=", "ge", "geq", "geqslant", "geqq");
        same("!=", "ne", "neq");
        same("in", "in");
        same("notin", "notin");
        same("cup", "cup", "bigcup");
        same("cap", "cap", "bigcap");
        same("setminus", "setminus", "backslash", "smallsetminus");
        same("deg", "circ", "degree");
        same(",", "lor", "vee", "land", "wedge");
        same(
                "=>",
                "to",
                "rightarrow",
                "Rightarrow",
                "implies",
                "longrightarrow",
                "iff",
                "Leftrightarrow",
                "leftrightarrow",
                "Longrightarrow");
        same(
                "",
                "quad",
                "qquad",
                "displaystyle",
                "textstyle",
                "scriptstyle",
                "limits",
                "nolimits",
                "big",
                "Big",
                "bigg",
                "Bigg",
                "bigl",
                "bigr",
                "Bigl",
                "Bigr",
                "biggl",
                "biggr",
                "Biggl",
                "Biggr",
                "bigm",
                "rm",
                "bf",
                "it",
                "thinspace",
                "medspace",
                "thickspace",
                "negthinspace",
                "enspace",
                "space",
                "hfill",
                "normalsize",
                "large",
                "nonumber",
                "phantom",
                "centerdot",
                "hline",
                "rlap",
                "strut",
                "noindent");
        same("dots", "dots", "ldots", "cdots", "dotsc", "dotsb");
        for (String word : new String[] {"and", "or"}) {
            WORDS.put(word, ",");
        }
        for (String word : new String[] {"percent", "percentage", "pct"}) {
            WORDS.put(word, "%");
        }
        WORDS.put("sqrt", "sqrt");
        WORDS.put("pi", "pi");
        WORDS.put("infinity", "infty");
        WORDS.put("inf", "infty");
        WORDS.put("infty", "infty");
        WORDS.put("oo", "infty");
        String same = "+-*/,;:|&^_'}";
        for (char c : same.toCharArray()) {
            SIGNS.put(c, String.valueOf(c));
        }
        sign("-", "−–—∸");
        sign("+", "∔");
        sign("*", "×⋅·∗∙•");
        sign("/", "÷∕⁄");
        sign("<=", "≤⩽≦");
        sign(">=", "≥⩾≧");
        sign("!=", "≠");
        sign("=", "≡");
        sign("approx", "≈≃≅");
        sign("+-", "±");
        sign("-+", "∓");
        sign("in", "∈");
        sign("cup", "∪");
        sign("cap", "∩");
        sign("setminus", "∖");
        sign("=>", "→⇒");
        sign("infty", "∞");
        sign("pi", "π");
        sign("sqrt", "√");
        sign("deg", "°");
        sign("%", "%");
        sign("alpha", "α");
        sign("beta", "β");
        sign("gamma", "γ");
        sign("delta", "δ");
        sign("theta", "θ");
        sign("lambda", "λ");
        sign("mu", "µμ");
        sign("rho", "ρ");
        sign("sigma", "σ");
        sign("phi", "φϕ");
        sign("omega", "ω");
        sign("Delta", "Δ");
        sign("'", "’′");
        sign("", "$€£¥₹₽₩₿\"“”‘`.?\u200b");
    }

    private Vocabulary() {}

    private static void same(String meaning, String... commands) {
        for (String command : commands) {
            COMMANDS.put(command, meaning);
        }
    }

    private static void sign(String meaning, String characters) {
        for (char c : characters.toCharArray()) {
            SIGNS.put(c, meaning);
        }
    }

    /** What {@code \name} means: a sign, a symbol or a name; empty for none; null if unknown. */
    static String command(String name) {
        return COMMANDS.get(name);
    }

    /** What a plain word means, or null. */
    static String word(String word) {
        String meaning = WORDS.get(word);
        return meaning != null ? meaning : WORDS.get(word.toLowerCase(Locale.ROOT));
    }

    /** What a character means, empty for nothing, or null if it has no place in mathematics. */
    static String sign(char c) {
        return SIGNS.get(c);
    }

    static boolean isName(String meaning) {
        return FUNCTIONS.contains(meaning) || CONSTRUCTS.contains(meaning);
    }

    static boolean isSymbol(String meaning) {
        return SYMBOLS.contains(meaning);
    }

    static boolean isUnit(String word) {
        return UNITS.contains(word);
    }

    /** A comma for texts that only join answers, such as ", and"; null for others. */
    static String joining(String content) {
        String words = content.toLowerCase(Locale.ROOT);
        return words.endsWith(" and") || words.endsWith(" or") ? "," : null;
    }
}
