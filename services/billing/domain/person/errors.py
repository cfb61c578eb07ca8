"""Why a person refuses: it never does, since what was decided elsewhere is followed here."""
