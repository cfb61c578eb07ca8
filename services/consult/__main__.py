"""python -m services.consult [migrate]"""

from services.consult.main import start

if __name__ == "__main__":
    start()
