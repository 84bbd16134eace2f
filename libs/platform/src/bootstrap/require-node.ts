// Imported before anything else, so that an old Node ends with one clear line and not with a stack trace from a
// library. Must not import anything.
const NEEDED_MAJOR = 24;

if (Number(process.versions.node.split('.')[0]) < NEEDED_MAJOR) {
  process.stderr.write(
    `Node ${NEEDED_MAJOR} or newer is needed, this is ${process.version}: start through npm (npm start), which brings its own.\n`,
  );
  process.exit(1);
}
