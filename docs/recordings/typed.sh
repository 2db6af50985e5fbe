# What was recorded, in a folder with a copy of examples/sd15_text2img.py and with an empty DIFFAGENT_HOME:
#     asciinema rec --cols 118 --rows 34 -c "bash typed.sh" optimize.cast
# Afterwards one thing was changed in the file: the folder before .venv/bin/python was taken out.
command='diffagent-mcp optimize sd15_text2img.py --models zoo --speedup 2 --max-loss 0.05'
printf '\033[32m$\033[0m '
for ((i = 0; i < ${#command}; i++)); do printf '%s' "${command:i:1}"; sleep 0.03; done
sleep 0.4
echo
$command
printf '\033[32m$\033[0m '
sleep 3
