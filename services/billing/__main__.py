"""python -m services.billing [migrate]"""

from services.billing.main import start

if __name__ == "__main__":
    start()
