// `node --import` this to run TypeScript sources as they are, in threads of specs, which have no build: Node strips the
// types itself; `.js` of relative imports is led back to `.ts`, and the libraries' names to their sources.
import { registerHooks } from 'node:module';

const LIBS = new URL('../../../../libs/', import.meta.url);

registerHooks({
  resolve(specifier, context, nextResolve) {
    if (specifier.startsWith('@libs/')) {
      return nextResolve(new URL(`${specifier.slice('@libs/'.length)}/src/index.ts`, LIBS).href, context);
    }
    const fromSource = context.parentURL?.endsWith('.ts') && specifier.startsWith('.');
    return nextResolve(fromSource ? specifier.replace(/\.js$/, '.ts') : specifier, context);
  },
});
