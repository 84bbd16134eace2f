// `node --import` this to run the TypeScript sources of this library as they are: Node strips the types itself, only
// the `.js` of relative imports has to be led back to `.ts`. For child processes of specs, which have no build.
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, nextResolve) {
    const fromSource = context.parentURL?.endsWith('.ts') && specifier.startsWith('.');
    return nextResolve(fromSource ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});
