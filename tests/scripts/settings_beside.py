STEPS = 50
PROMPT = "a green cross on a white background"


def out_dir(here):
    folder = here / "outputs"
    folder.mkdir(exist_ok=True)
    return folder
