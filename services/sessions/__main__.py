"""python -m services.sessions [migrate]"""

from services.sessions.main import start

if __name__ == "__main__":
    start()
