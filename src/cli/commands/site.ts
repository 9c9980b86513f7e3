import { Option, type Command } from 'commander';
import type { SiteEnd } from '../../domain/operations/rules.ts';
import { say } from '../terminal.ts';
import { withClient } from '../with-client.ts';
import { addSigned, operate, untilOption, type SignedOptions } from './operate.ts';
import { sitesText } from './rules-text.ts';
import { examples } from './task-argument.ts';

interface SiteOptions extends SignedOptions {
  as?: SiteEnd;
}

const SITE = ['<site>', 'CMS site name'] as const;
const WAYS: Readonly<Record<SiteEnd, string>> = { source: 'from', destination: 'to' };
const asOption = (what: string): Option =>
  new Option('--end, --as <end>', `${what}; without it, both`).choices(['source', 'destination']);

/** `aso site` */
export function addSite(program: Command): void {
  const site = program
    .command('site')
    .summary('close and open sites, choose their FTS server')
    .description(
      'What operators have decided about sites: closed ones hold their files, which are HELD with the reason.',
    );

  addSigned(site.command('close').argument(...SITE))
    .summary('send nothing from or to a site')
    .description(
      'Closes a site: files that are not in FTS yet are HELD until it opens. Their time goes on: what is held for longer than\n' +
        'policy.stageOutTimeout fails, and may be tried again with `aso retry`. What FTS has already goes on, or is called back.',
    )
    .addOption(asOption('only copies that have it as this end'))
    .addOption(untilOption())
    .option('--cancel-active', 'call back what FTS has of it, too: it is sent again when the site is open')
    .option('--yes', 'do not ask')
    .addHelpText(
      'after',
      examples('aso site close T2_IT_Pisa --as destination --until 2d --reason "downtime GOC-12345"'),
    )
    .action((name: string, options: SiteOptions & { until?: string; cancelActive?: true; yes?: true }) => {
      const { as, until, cancelActive, yes } = options;
      const direction = as ?? ('both' as const);
      const request = { site: name, direction, ...(until !== undefined && { until }), ...(cancelActive && { cancelActive }) }; // prettier-ignore
      const text = `All that FTS has ${as === undefined ? 'from and to' : WAYS[as]} ${name} is cancelled there`;
      return operate('closeSite', options, request, cancelActive && { text, yes });
    });

  addSigned(site.command('open').argument(...SITE))
    .summary('send again what waits for a site')
    .description(
      'Opens a site that was closed: what waits for it is sent within 30 s. A breaker that holds it is let go with `aso breaker reset`.',
    )
    .addOption(asOption('only for copies that have it as this end'))
    .addHelpText('after', examples('aso site open T2_IT_Pisa --reason "downtime is over"'))
    .action((name: string, options: SiteOptions) =>
      operate('openSite', options, { site: name, direction: options.as ?? 'both' }),
    );

  addSigned(
    site
      .command('server')
      .argument(...SITE)
      .argument('<url>', 'base URL of the FTS server, or none'),
  )
    .summary('choose the FTS server for copies to a site')
    .description(
      'What is not in FTS yet goes to this server, also where the site names another one; with none, tasks that open from now on go where\n' +
        'the site or the configuration says. Its host must be one that users’ credentials may be sent to (setting ftsHosts).',
    )
    .addHelpText(
      'after',
      examples('aso site server T2_IT_Pisa https://fts3-pilot.cern.ch:8446 --reason "fts3-cms is slow"'),
    )
    .action((name: string, url: string, options: SignedOptions) =>
      operate('setServer', options, { site: name, server: url === 'none' ? null : url }),
    );

  addList(site, 'sites that are closed, or have a chosen FTS server', sitesText);
}

/** Adds `list` to a group of commands. */
export function addList(group: Command, what: string, text: typeof sitesText): void {
  group
    .command('list')
    .summary(what)
    .description(`Lists ${what}; by whom, since when and why.`)
    .option('--json', 'for programs: all rules')
    .addHelpText('after', examples(`aso ${group.name()} list`))
    .action(async ({ json }: { json?: true }) => {
      const rules = await withClient((client, aso) => aso.operatorRules(client));
      say(json ? JSON.stringify(rules, null, 2) : text(rules));
    });
}
