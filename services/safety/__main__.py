"""python -m services.safety [migrate]"""

from services.safety.main import start

if __name__ == "__main__":
    start()
