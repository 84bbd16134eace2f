/** What is wrong with a URL, in words that follow the variable's name and never echo the URL. */
export class UrlProblem extends Error {}
