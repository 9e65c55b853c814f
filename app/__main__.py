"""`python -m app …`: the operator's command line."""

if __name__ == "__main__":
    from app.cli import main  # processes started beside this one load this module too, and need nothing of it

    main()
