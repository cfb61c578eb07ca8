"""Why a withdrawal refuses: it never does, since what was decided elsewhere is followed here."""
