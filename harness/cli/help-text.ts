/** What `--help` adds to the lists of commands and options. */

export const EXIT_CODES = `Exit codes:
  0    done: accepted or rejected, replayed, listed
  1    the gate failed, --require accepted is unmet, or compare --fail-on-regression found one
  2    something given is wrong: an option, a name, a path, a data file, a directory in use
  3    inconclusive: the machine is too noisy for this effect
  4    not equivalent: the layer changes a result; nothing was decided about its speed
  5    measurement or evidence is invalid: crashes, a full disk, tampering; or nothing could be compared
  70   a bug in assay
  130  interrupted (143: terminated); --resume continues`

export const COMMAND_EXAMPLES = `Examples:
  assay list                          what can be evaluated, and what was decided
  assay evaluate layer1               the main job: a verdict with its evidence
  assay evaluate all                  every layer on top of the accepted ones, and what all of them gain together
  assay gate --base origin/main       did this branch get slower? for pull requests
  assay profile layer1                where the time goes in both arms, and what the gain consists of
  assay calibrate                     what this host does to a measurement; evaluations quote it
  assay compare before.txt after.txt  every statistic for two files of numbers somebody else measured
  assay characteristics               how often the verdicts are wrong: the published page, derived again
  assay report 0002                   the HTML report of a record, again
  assay replay --all                  the independent audit of every record
  assay replay --all --rewrite        bring records of an older version to the shape of this one`

export const EVALUATE_EXAMPLES = `Examples:
  assay evaluate layer1                              10 pairs, and up to 40 where 10 do not decide
  assay evaluate layer1 --scale smoke                a quick look, 10 to 20 pairs on small data
  assay evaluate all                                 each layer in order, until the goal is met or returns diminish
  assay evaluate layer1 --resume                     continue after Ctrl-C or a crash
  assay evaluate layer0-control --inject 12%         does the method see an effect it was given?
  assay evaluate layer1 --json --require accepted    for scripts: the record on stdout, exit 1 unless accepted
  assay evaluate fast --suite ./dist/my-suite.js     measure another project

What is written: decisions/NNNN-<layer>.{json,md}, reports/NNNN-<layer>.html and the evidence in profiling-results/NNNN-<layer>/.
evaluate all ends in a summary, NNNN-all: the accepted layers together, measured afresh in 20 pairs.
Finished runs survive an interruption; records are never overwritten.`
